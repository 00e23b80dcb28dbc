"""Request bodies, and the forms in them.

The original parses Content-Disposition, which requests do not have, looks up headers through
methods that first change the case of the name, and decodes each field of a form with three function
calls. Here names are looked up as they are stored, and a form is split at once and unquoted only if
it has a percent sign.

Tested with forms in several charsets, with repeated and empty fields, `;`, `+` and bad escapes; in
chunks with trailers; without a length; multipart, JSON, and bodies that are too long.
"""

from typing import Any

import cherrypy
from cherrypy import _cpreqbody
from cherrypy.lib import httputil

from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import patch

# For names that are in title case already; those of a header map change the case first.
_has, _get = dict.__contains__, dict.get

# The names under which CherryPy looks for a charset that decodes everything.
_IN_LATIN_1 = frozenset({"ISO-8859-1", "iso-8859-1", "Latin-1", "latin-1"})


def _is_usual(body: Any, headers: Any) -> bool:
    return type(body) is _cpreqbody.RequestBody and type(headers) is httputil.HeaderMap


@patch(
    "cherrypy._cpreqbody:Entity.__init__",
    "cherrypy._cpreqbody:RequestBody.__init__",
    "cherrypy.lib.httputil:HeaderMap",
    "cherrypy.lib.httputil:CaseInsensitiveDict",
)
def usual_bodies(replacements: Replacements) -> None:
    """Make the body of a request without a Content-Disposition in fewer steps.

    In `_cpreqbody.py`, `RequestBody.__init__` and `Entity.__init__`.
    """
    original = _cpreqbody.RequestBody.__init__

    def init(
        self: Any, fp: Any, headers: Any, params: Any = None, request_params: Any = None
    ) -> None:
        if not _is_usual(self, headers) or _has(headers, "Content-Disposition"):
            original(self, fp, headers, params, request_params)
            return
        self.processors = {
            **self.processors,
            "multipart": _cpreqbody._old_process_multipart,  # noqa: SLF001
        }
        self.fp = fp
        self.headers = headers
        self.params = {} if params is None else params
        self.parts = []
        self.content_type = _content_type_of(self, headers)
        self.attempt_charsets = _charsets_of(self)
        self.length = _length_of(headers)
        self.name = self.filename = None
        self.request_params = {} if request_params is None else request_params

    replacements.set(_cpreqbody.RequestBody, "__init__", init)


def _content_type_of(body: Any, headers: Any) -> Any:
    elements = httputil.header_elements("Content-Type", _get(headers, "Content-Type"))
    return elements[0] if elements else httputil.HeaderElement.from_str(body.default_content_type)


def _charsets_of(body: Any) -> list[str]:
    declared = body.content_type.params.get("charset")
    charsets: list[str] = body.attempt_charsets[:]
    if declared:
        charsets = [declared, *(charset for charset in charsets if charset != declared)]
    if body.content_type.value.startswith("text/") and _IN_LATIN_1.isdisjoint(charsets):
        charsets.append("ISO-8859-1")
    return charsets


def _length_of(headers: Any) -> int | None:
    length = _get(headers, "Content-Length")
    if length is None or "chunked" in _get(headers, "Transfer-Encoding", ""):
        return None
    try:
        return int(length)
    except ValueError:
        return None


@patch(
    "cherrypy._cpreqbody:RequestBody.process",
    "cherrypy._cpreqbody:Entity.process",
    "cherrypy._cpreqbody:process_urlencoded",
    "cherrypy._cpreqbody:unquote_plus",
    "cherrypy.lib.httputil:HeaderMap",
    "cherrypy.lib.httputil:CaseInsensitiveDict",
)
def forms(replacements: Replacements) -> None:
    """Split a form at once (`_cpreqbody.py`, `RequestBody.process` and `process_urlencoded`)."""
    original = _cpreqbody.RequestBody.process

    def process(self: Any) -> None:
        headers = cherrypy.serving.request.headers
        read = self.processors.get(self.content_type.value)
        if not _is_usual(self, headers) or read is not _cpreqbody.process_urlencoded:
            original(self)
            return
        if not (_has(headers, "Content-Length") or _has(headers, "Transfer-Encoding")):
            raise cherrypy.HTTPError(411)
        self.fp = _cpreqbody.SizedReader(
            self.fp,
            self.length,
            self.maxbytes,
            bufsize=self.bufsize,
            has_trailers=_has(headers, "Trailer"),
        )
        _add_all(_fields(self, self.fp.read()), self.params)
        _add_all(self.params, self.request_params)

    replacements.set(_cpreqbody.RequestBody, "process", process)


def _fields(body: Any, data: bytes) -> dict[str, Any]:
    """Return the fields of a form, decoded with the first charset that can decode all."""
    is_quoted = b"%" in data
    if not is_quoted:
        data = data.replace(b"+", b" ")
    pairs = [pair.partition(b"=")[::2] for pair in data.replace(b";", b"&").split(b"&") if pair]
    if is_quoted:
        unquote = _cpreqbody.unquote_plus
        pairs = [(unquote(name), unquote(value)) for name, value in pairs]
    for charset in body.attempt_charsets:
        fields: dict[str, Any] = {}
        try:
            for name, value in pairs:
                _add(fields, name.decode(charset), value.decode(charset))
        except UnicodeDecodeError:
            continue
        body.charset = charset
        return fields
    raise cherrypy.HTTPError(
        400,
        "The request entity could not be decoded. The following charsets were attempted: "
        f"{body.attempt_charsets!r}",
    )


def _add_all(fields: dict[str, Any], params: dict[str, Any]) -> None:
    for name, value in fields.items():
        _add(params, name, value)


def _add(params: dict[str, Any], name: str, value: Any) -> None:
    """Add a value; a name with several values has a list of them."""
    if name in params:
        if not isinstance(params[name], list):
            params[name] = [params[name]]
        params[name].append(value)
    else:
        params[name] = value
