"""The encode tool, which is on by default."""

import functools
from typing import Any

import cherrypy
from cherrypy.lib import encoding, httputil

from robot_cherrypy.patches.known import patch
from robot_cherrypy.patches.replacing import Replacements

_ENCODER = "cherrypy.lib.encoding:ResponseEncoder"


@patch(
    f"{_ENCODER}.__call__",
    f"{_ENCODER}.find_acceptable_charset",
    f"{_ENCODER}.encode_string",
    "cherrypy.lib.encoding:prepare_iter",
)
def encoded_text(replacements: Replacements) -> None:
    """Encode a page that is one piece, for a client that takes any charset, without detours.

    That is nearly every page, but for streams and for requests with an `Accept-Charset` header.
    """
    original = encoding.ResponseEncoder.__call__

    def encode(self: Any, *args: Any, **kwargs: Any) -> Any:
        serving = cherrypy.serving
        if not _is_usual(self, serving.request):
            return original(self, *args, **kwargs)
        body = self.oldhandler(*args, **kwargs)
        response = serving.response
        content_type = dict.get(response.headers, "Content-Type")
        kind = type(body)
        if kind not in _WHOLE or response.stream or type(content_type) is not str:
            return _encode_as_before(original, self, body)
        charset = self.default_encoding
        with_charset = _add_charset(content_type, charset)
        if with_charset is None:
            return _encode_as_before(original, self, body)
        self.attempted_charsets.add(charset)
        try:
            if kind is str:
                body = body.encode(charset, self.errors)
        except (LookupError, UnicodeError):
            self.attempted_charsets.clear()
            return _encode_as_before(original, self, body)
        self.body = [body] if body else []
        dict.pop(response.headers, "Content-Length", None)
        dict.__setitem__(response.headers, "Content-Type", with_charset)
        return self.body

    replacements.set(encoding.ResponseEncoder, "__call__", encode)


_WHOLE = frozenset({str, bytes})


def _is_usual(encoder: Any, request: Any) -> bool:
    return (
        type(encoder) is encoding.ResponseEncoder
        and encoder.encoding is None
        and encoder.add_charset
        and encoder.text_only
        and not encoder.debug
        and type(request.headers) is httputil.HeaderMap  # tools may watch what is looked at
        and not dict.get(request.headers, "Accept-Charset")
    )


def _encode_as_before(original: Any, encoder: Any, body: Any) -> Any:
    """Let CherryPy encode what the page handler has returned already."""
    encoder.oldhandler = lambda: body
    return original(encoder)


@functools.lru_cache(256)
def _add_charset(content_type: str, charset: str) -> str | None:
    """Return the Content-Type with its charset, or None if CherryPy has to look into it."""
    elements = httputil.header_elements("Content-Type", content_type)
    if len(elements) != 1 or not elements[0].value.lower().startswith("text/"):
        return None
    elements[0].params["charset"] = charset
    return str(elements[0])
