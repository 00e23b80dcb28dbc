"""Encoding and parsing header values, and looking up status codes.

An application sends few different header names, values and status codes. The original encodes,
parses and looks up each of them again at every request; here the results are kept, by the text and
by all settings that they depend on. Dates and lengths differ each time, so the tables are limited.

Tested with header values outside of Latin-1 and with line breaks, with types that have parameters,
lists with a comma, `Accept` headers, and with known, unknown, textual and illegal status codes.
"""

import functools
from collections.abc import Iterable
from typing import Any

from cherrypy.lib import httputil

from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import patch

_HEADER_MAP = "cherrypy.lib.httputil:HeaderMap"

# How many header names and values are kept: more than an application has that are the same at each
# request. At a hundred bytes each they take less than a megabyte.
_MOST_TEXTS = 4096
# The longest text that is kept, in characters. Longer ones come from clients, or are different each
# time.
_MAX_LENGTH = 256


@patch(
    f"{_HEADER_MAP}.output",
    f"{_HEADER_MAP}.encode_header_items",
    f"{_HEADER_MAP}.encode_header_item",
    f"{_HEADER_MAP}.encode",
)
def encoded_headers(replacements: Replacements) -> None:
    """Encode each header name and value once (`lib/httputil.py`, `HeaderMap.output`)."""
    header_map = httputil.HeaderMap
    encode_generically = header_map.__dict__["encode_header_items"].__func__
    tables: dict[Any, _Table] = {}

    def output(self: Any) -> list[tuple[bytes, bytes]]:
        if type(self) is header_map:
            return encode(self.items())
        return list(self.encode_header_items(self.items()))

    def encode(items: Iterable[tuple[Any, Any]]) -> list[tuple[bytes, bytes]]:
        settings = header_map.use_rfc_2047, header_map.protocol, tuple(header_map.encodings)
        table = tables.get(settings)
        if table is None:
            table = tables[settings] = _Table()
        return [
            (table[name], table[value] if type(value) is str else _encode(table, value))
            for name, value in items
        ]

    def encode_header_items(cls: Any, items: Iterable[tuple[Any, Any]]) -> Any:
        return encode(items) if cls is header_map else encode_generically(cls, items)

    replacements.set(header_map, "output", output)
    replacements.set(header_map, "encode_header_items", classmethod(encode_header_items))


class _Table(dict[str, bytes]):
    """The encoded header names and values, by their text."""

    def __missing__(self, text: str) -> bytes:
        if type(text) is not str:
            return _encode(self, text)
        if len(self) > _MOST_TEXTS:
            self.clear()
        encoded: bytes = httputil.HeaderMap.encode(text)
        encoded = encoded.translate(None, httputil.header_translate_deletechars)
        if len(text) <= _MAX_LENGTH:
            self[text] = encoded
        return encoded


def _encode(table: _Table, item: Any) -> bytes:
    if isinstance(item, bytes):
        return item.translate(None, httputil.header_translate_deletechars)
    return table[str(item)]


@patch(
    "cherrypy.lib.httputil:header_elements",
    "cherrypy.lib.httputil:HeaderElement.parse",
    "cherrypy.lib.httputil:HeaderElement.from_str",
)
def parsed_headers(replacements: Replacements) -> None:
    """Parse each header element once, and do not split a value that has no comma.

    In `lib/httputil.py`, `header_elements` and `HeaderElement.parse`.
    """
    original = httputil.HeaderElement.parse
    parse_once = functools.lru_cache(1024)(original)
    split = httputil.header_elements

    def parse(element: str) -> tuple[str, dict[str, Any]]:
        if len(element) > _MAX_LENGTH:
            return original(element)  # type: ignore[no-any-return]
        value, parameters = parse_once(element)
        return value, parameters.copy()

    def header_elements(fieldname: str, fieldvalue: Any) -> list[Any]:
        if not fieldvalue:
            return []
        if "," in fieldvalue or fieldname.startswith("Accept") or fieldname == "TE":
            return split(fieldname, fieldvalue)  # type: ignore[no-any-return]
        return [httputil.HeaderElement.from_str(fieldvalue)]

    replacements.set(httputil.HeaderElement, "parse", staticmethod(parse))
    replacements.set(httputil, "header_elements", header_elements)


@patch("cherrypy.lib.httputil:valid_status")
def status_lines(replacements: Replacements) -> None:
    """Look each status up once (`lib/httputil.py`, `valid_status`)."""
    original = httputil.valid_status
    cached = functools.lru_cache(256, typed=True)(original)

    def valid_status(status: Any) -> Any:
        if status is None or type(status) is int:
            return cached(status)
        if type(status) is str and len(status) <= _MAX_LENGTH:
            return cached(status)
        return original(status)

    replacements.set(httputil, "valid_status", valid_status)
