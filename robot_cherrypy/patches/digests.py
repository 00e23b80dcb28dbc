"""Digests of the CherryPy code that patches were written for.

Those are the patches in `speed` and the one in `dispatcher`: they contain a copy of what they
replace, with changes, so they are right only for code that is known. `source_check.digest` makes a
digest.
"""

# By version of CherryPy, then by `module:Class.function`.
DIGESTS: dict[str, dict[str, str]] = {
    "18.10.0": {
        "cherrypy._cpdispatch:Dispatcher.find_handler": "e1326a8289b7d24e",
        "cherrypy._cpdispatch:LateParamPageHandler": "c4e1155ee623bba1",
        "cherrypy._cpdispatch:PageHandler": "d77fbc8fd23d9323",
        "cherrypy._cplogging:LogManager.access": "bf11840e5925a1be",
        "cherrypy._cpreqbody:Entity.__init__": "99cca6b0f0823919",
        "cherrypy._cpreqbody:Entity.process": "fd17a7afe641b92e",
        "cherrypy._cpreqbody:RequestBody.__init__": "801a198e6c21c81a",
        "cherrypy._cpreqbody:RequestBody.process": "abbba448a217142c",
        "cherrypy._cpreqbody:process_urlencoded": "74075d921ddd5788",
        "cherrypy._cpreqbody:unquote_plus": "c4364fc04310032c",
        "cherrypy._cprequest:Hook.__init__": "bc6759e0120658f1",
        "cherrypy._cprequest:HookMap": "20a2b7b9e9338fca",
        "cherrypy._cprequest:HookMap.attach": "b0f7803850d42b72",
        "cherrypy._cprequest:Request._do_respond": "59e0ce87c13d847c",
        "cherrypy._cprequest:Request.get_resource": "4369294f530f90db",
        "cherrypy._cprequest:Request.process_headers": "c1e090dffb92d940",
        "cherrypy._cprequest:Request.process_query_string": "68f0eaf074dce6d8",
        "cherrypy._cprequest:Request.run": "c575eba7f9ec0f16",
        "cherrypy._cprequest:Response.__init__": "c07c5f3d7dca3122",
        "cherrypy._cprequest:Response.collapse_body": "6a46b1748022ce2f",
        "cherrypy._cprequest:Response.finalize": "7b004d44bbb58173",
        "cherrypy._cprequest:ResponseBody.__set__": "e97014e5ba4788bc",
        "cherrypy._cprequest:request_namespace": "4b135f4e1ea87f6f",
        "cherrypy._cptools:Tool._merged_args": "823f18972accadf9",
        "cherrypy._cptools:Tool._setup": "3ef318cb4ddabd8c",
        "cherrypy._cptools:Toolbox.__enter__": "1852951558012a4e",
        "cherrypy._cptools:Toolbox.__exit__": "f86a9ac3b56061e8",
        "cherrypy.lib.encoding:ResponseEncoder.__call__": "42f1c1fef2169a71",
        "cherrypy.lib.encoding:ResponseEncoder.encode_string": "5bbe9f7200bd80d7",
        "cherrypy.lib.encoding:ResponseEncoder.find_acceptable_charset": "272cfc348d80187c",
        "cherrypy.lib.encoding:prepare_iter": "0551dc7c3f5e35cd",
        "cherrypy.lib.httputil:CaseInsensitiveDict": "a8f1cf7879cb3995",
        "cherrypy.lib.httputil:HeaderElement.from_str": "a0092ea081975156",
        "cherrypy.lib.httputil:HeaderElement.parse": "f918e31c90e24af3",
        "cherrypy.lib.httputil:HeaderMap": "3876590237c0fcb7",
        "cherrypy.lib.httputil:HeaderMap.encode": "9143cb9726357d96",
        "cherrypy.lib.httputil:HeaderMap.encode_header_item": "7bbc1c8e97175f77",
        "cherrypy.lib.httputil:HeaderMap.encode_header_items": "560affdfb643bd92",
        "cherrypy.lib.httputil:HeaderMap.output": "248d557810b1a407",
        "cherrypy.lib.httputil:SanitizedHost": "fa9cc4eb662be735",
        "cherrypy.lib.httputil:_parse_qs": "08532aa0f716d77e",
        "cherrypy.lib.httputil:decode_TEXT_maybe": "306c18718991db6e",
        "cherrypy.lib.httputil:header_elements": "f096780b5fd91659",
        "cherrypy.lib.httputil:valid_status": "8e44d2d06becd4db",
        "cherrypy.lib.reprconf:NamespaceSet.__call__": "e71ec580da7ab203",
        "cherrypy:_GlobalLogManager.access": "43e2ec1c53ebc328",
    },
}
