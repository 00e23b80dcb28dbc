"""The encode tool, which is on by default.

The original wraps the body into a list, parses the Content-Type of the response and the charsets of
the request, and loops over both. If the body is one string and the client accepts any charset, the
result is that string in the default charset, which is added to the Content-Type; for each type the
latter is kept.

Tested with text, bytes, nothing, lists and generators, streams, several `Accept-Charset` headers,
types that are not text, and text that the charset cannot encode.
"""

import functools
from typing import Any

import cherrypy
from cherrypy.lib import encoding, httputil

from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import patch

_ENCODER = "cherrypy.lib.encoding:ResponseEncoder"

# The longest type with its charset that is kept, in characters: longer ones may come from clients.
_MAX_LENGTH = 256
# Characters of a text that the original encodes, as that does not stop an event loop then: see
# `cooperation.long_work`. It needs more than a hundred times as long for them as to be called.
_LONG_TEXT = 65536
# Types of a body that is one piece.
_WHOLE = frozenset({str, bytes})


@patch(
    f"{_ENCODER}.__call__",
    f"{_ENCODER}.find_acceptable_charset",
    f"{_ENCODER}.encode_string",
    "cherrypy.lib.encoding:prepare_iter",
)
def encoded_text(replacements: Replacements) -> None:
    """Encode a body that is one piece, for a client that accepts any charset, directly.

    In `lib/encoding.py`, `ResponseEncoder.__call__`. Streams, and requests with an `Accept-Charset`
    header, are left to the original.
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
        is_long = kind is str and len(body) > _LONG_TEXT
        if is_long or kind not in _WHOLE or response.stream or type(content_type) is not str:
            return _encode_by_original(original, self, body)
        charset = self.default_encoding
        with_charset = _add_charset(content_type, charset)
        if with_charset is None:
            return _encode_by_original(original, self, body)
        self.attempted_charsets.add(charset)
        try:
            if kind is str:
                body = body.encode(charset, self.errors)
        except (LookupError, UnicodeError):
            self.attempted_charsets.clear()
            return _encode_by_original(original, self, body)
        self.body = [body] if body else []
        dict.pop(response.headers, "Content-Length", None)
        dict.__setitem__(response.headers, "Content-Type", with_charset)
        return self.body

    replacements.set(encoding.ResponseEncoder, "__call__", encode)


def _is_usual(encoder: Any, request: Any) -> bool:
    # The tool `autovary` replaces the headers by its own class, which sees what is read.
    return (
        type(encoder) is encoding.ResponseEncoder
        and encoder.encoding is None
        and encoder.add_charset
        and encoder.text_only
        and not encoder.debug
        and type(request.headers) is httputil.HeaderMap
        and not dict.get(request.headers, "Accept-Charset")
    )


def _encode_by_original(original: Any, encoder: Any, body: Any) -> Any:
    """Let CherryPy encode a body that the page handler has already returned."""
    encoder.oldhandler = lambda: body
    return original(encoder)


def _add_charset(content_type: str, charset: str) -> str | None:
    """Return the Content-Type with the charset, or None if it has to be left to the original."""
    if len(content_type) + len(charset) > _MAX_LENGTH:
        return None
    return _add_charset_once(content_type, charset)


@functools.lru_cache(256)
def _add_charset_once(content_type: str, charset: str) -> str | None:
    elements = httputil.header_elements("Content-Type", content_type)
    if len(elements) != 1 or not elements[0].value.lower().startswith("text/"):
        return None
    elements[0].params["charset"] = charset
    return str(elements[0])
