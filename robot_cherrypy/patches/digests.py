"""Digests of the CherryPy code that the patches in `speed` know, by CherryPy version."""

DIGESTS: dict[str, frozenset[str]] = {
    "cherrypy._cpdispatch:Dispatcher.find_handler": frozenset(
        {
            "e1326a8289b7d24e",  # 18.10.0
        }
    ),
    "cherrypy._cpdispatch:LateParamPageHandler": frozenset(
        {
            "c4e1155ee623bba1",  # 18.10.0
        }
    ),
    "cherrypy._cpdispatch:PageHandler": frozenset(
        {
            "d77fbc8fd23d9323",  # 18.10.0
        }
    ),
    "cherrypy._cplogging:LogManager.access": frozenset(
        {
            "bf11840e5925a1be",  # 18.10.0
        }
    ),
    "cherrypy._cpreqbody:Entity.__init__": frozenset(
        {
            "99cca6b0f0823919",  # 18.10.0
        }
    ),
    "cherrypy._cpreqbody:Entity.process": frozenset(
        {
            "fd17a7afe641b92e",  # 18.10.0
        }
    ),
    "cherrypy._cpreqbody:RequestBody.__init__": frozenset(
        {
            "801a198e6c21c81a",  # 18.10.0
        }
    ),
    "cherrypy._cpreqbody:RequestBody.process": frozenset(
        {
            "abbba448a217142c",  # 18.10.0
        }
    ),
    "cherrypy._cpreqbody:process_urlencoded": frozenset(
        {
            "74075d921ddd5788",  # 18.10.0
        }
    ),
    "cherrypy._cpreqbody:unquote_plus": frozenset(
        {
            "c4364fc04310032c",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:Hook.__init__": frozenset(
        {
            "bc6759e0120658f1",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:HookMap": frozenset(
        {
            "20a2b7b9e9338fca",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:HookMap.attach": frozenset(
        {
            "b0f7803850d42b72",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:Request._do_respond": frozenset(
        {
            "59e0ce87c13d847c",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:Request.get_resource": frozenset(
        {
            "4369294f530f90db",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:Request.run": frozenset(
        {
            "c575eba7f9ec0f16",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:request_namespace": frozenset(
        {
            "4b135f4e1ea87f6f",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:Request.process_headers": frozenset(
        {
            "c1e090dffb92d940",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:Request.process_query_string": frozenset(
        {
            "68f0eaf074dce6d8",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:Response.__init__": frozenset(
        {
            "c07c5f3d7dca3122",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:Response.collapse_body": frozenset(
        {
            "6a46b1748022ce2f",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:Response.finalize": frozenset(
        {
            "7b004d44bbb58173",  # 18.10.0
        }
    ),
    "cherrypy._cprequest:ResponseBody.__set__": frozenset(
        {
            "e97014e5ba4788bc",  # 18.10.0
        }
    ),
    "cherrypy._cptools:Tool._merged_args": frozenset(
        {
            "823f18972accadf9",  # 18.10.0
        }
    ),
    "cherrypy._cptools:Tool._setup": frozenset(
        {
            "3ef318cb4ddabd8c",  # 18.10.0
        }
    ),
    "cherrypy._cptools:Toolbox.__enter__": frozenset(
        {
            "1852951558012a4e",  # 18.10.0
        }
    ),
    "cherrypy._cptools:Toolbox.__exit__": frozenset(
        {
            "f86a9ac3b56061e8",  # 18.10.0
        }
    ),
    "cherrypy.lib.encoding:ResponseEncoder.__call__": frozenset(
        {
            "42f1c1fef2169a71",  # 18.10.0
        }
    ),
    "cherrypy.lib.encoding:ResponseEncoder.encode_string": frozenset(
        {
            "5bbe9f7200bd80d7",  # 18.10.0
        }
    ),
    "cherrypy.lib.encoding:ResponseEncoder.find_acceptable_charset": frozenset(
        {
            "272cfc348d80187c",  # 18.10.0
        }
    ),
    "cherrypy.lib.encoding:prepare_iter": frozenset(
        {
            "0551dc7c3f5e35cd",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:CaseInsensitiveDict": frozenset(
        {
            "a8f1cf7879cb3995",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:HeaderElement.from_str": frozenset(
        {
            "a0092ea081975156",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:HeaderElement.parse": frozenset(
        {
            "f918e31c90e24af3",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:HeaderMap": frozenset(
        {
            "3876590237c0fcb7",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:HeaderMap.encode": frozenset(
        {
            "9143cb9726357d96",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:HeaderMap.encode_header_item": frozenset(
        {
            "7bbc1c8e97175f77",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:HeaderMap.encode_header_items": frozenset(
        {
            "560affdfb643bd92",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:HeaderMap.output": frozenset(
        {
            "248d557810b1a407",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:SanitizedHost": frozenset(
        {
            "fa9cc4eb662be735",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:_parse_qs": frozenset(
        {
            "08532aa0f716d77e",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:decode_TEXT_maybe": frozenset(
        {
            "306c18718991db6e",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:header_elements": frozenset(
        {
            "f096780b5fd91659",  # 18.10.0
        }
    ),
    "cherrypy.lib.httputil:valid_status": frozenset(
        {
            "8e44d2d06becd4db",  # 18.10.0
        }
    ),
    "cherrypy.lib.reprconf:NamespaceSet.__call__": frozenset(
        {
            "e71ec580da7ab203",  # 18.10.0
        }
    ),
    "cherrypy:_GlobalLogManager.access": frozenset(
        {
            "43e2ec1c53ebc328",  # 18.10.0
        }
    ),
}
