"""The ways in which a known secret may be written in a page, a request, a log or a report."""

import base64
import functools
import html
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

from robot_cherrypy.traffic.text import encodable

_Way = Callable[[str], str]

_CODE = re.compile("%[0-9A-F]{2}")

# In Base64 the first and last characters of a secret depend on what is around it. Of a secret of
# four characters this many are certain; fewer could be in any picture by chance.
_SHORTEST_BASE64 = 4

# A line of a secret, such as of a private key, is masked as a secret of its own if it has at least
# this many characters; shorter lines, such as `}`, could be in any text.
_SHORTEST_LINE = 8


@functools.lru_cache(maxsize=1_000)
def spellings(secret: str) -> frozenset[str]:
    """Return how a secret may be written: as it is, in HTML, JSON, URLs, Python, SQL and Base64.

    A way may be used on what another has written: JSON is in attributes of HTML and in JSON.
    """
    lines = [line for line in secret.splitlines() if len(line) >= _SHORTEST_LINE]
    forms = set()
    for text in {secret, *lines}:
        plain = {text, encodable(text)}
        once = {form for value in plain for form in _written(value)}
        twice = {way(form) for form in once for way in (*_HTML, *_JSON, *_URL)}
        forms |= plain | once | twice | set(_base64(text))
    return frozenset(forms - {""})


def _written(text: str) -> Iterator[str]:
    yield from (way(text) for way in (*_HTML, *_JSON, *_URL))
    yield repr(text)[1:-1]
    yield repr(f"'{text}")[2:-1]  # in double quotes, if there is no such in it
    data = _as_bytes(text)
    yield repr(data)[2:-1]
    yield data.decode("latin-1")  # as WSGI has the values of headers
    yield text.replace("'", "''")  # SQL


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _in_attribute(text: str) -> str:
    """Return a text as browsers write it into an attribute."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("\xa0", "&nbsp;")


def _in_element(text: str) -> str:
    """Return a text as browsers write it between tags."""
    return html.escape(text, quote=False).replace("\xa0", "&nbsp;")


def _in_escaped_attribute(text: str) -> str:
    """Return a text as newer browsers write it into an attribute."""
    return _in_element(text).replace('"', "&quot;")


def _as_markupsafe(text: str) -> str:
    """Return a text as MarkupSafe escapes it, and so Jinja and Mako."""
    return html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_in_upper_case(text: str) -> str:
    return "".join(
        character if character.isascii() else f"\\u{ord(character):04X}" for character in text
    )


def _json_unicode(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _json_with_slashes(text: str) -> str:
    """Return JSON as PHP writes it."""
    return _json(text).replace("/", "\\/")


def _json_for_scripts(text: str) -> str:
    """Return JSON as templates write it into scripts."""
    written = _json(text)
    for character in "<>&":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


def _json_for_attributes(text: str) -> str:
    """Return JSON as templates write it into scripts in attributes."""
    return _json_for_scripts(text).replace("'", "\\u0027")


def _url(safe: str, function: Callable[..., str] = quote) -> _Way:
    return lambda text: function(_as_bytes(text), safe=safe)


def _in_lower_case(way: _Way) -> _Way:
    """Return a way that writes the codes of URLs with small letters."""
    return lambda text: _CODE.sub(lambda code: code[0].lower(), way(text))


_HTML: tuple[_Way, ...] = (
    html.escape,
    _in_element,
    _in_attribute,
    _in_escaped_attribute,
    _as_markupsafe,
)
_JSON: tuple[_Way, ...] = (
    *(_json, _json_unicode, _json_in_upper_case, _json_with_slashes),
    *(_json_for_scripts, _json_for_attributes),
)
_UPPER: tuple[_Way, ...] = (
    _url(""),
    _url("/"),
    _url("!'()*"),  # encodeURIComponent
    _url("!'()*;/?:@&=+$,#"),  # encodeURI
    _url("", quote_plus),
    _url("*", quote_plus),  # forms
)
_URL: tuple[_Way, ...] = (*_UPPER, *map(_in_lower_case, _UPPER))


def _base64(text: str) -> Iterator[str]:
    """Yield what is left of a text in Base64, whatever stands before and after it."""
    data = _as_bytes(text)
    for offset in range(3):
        code = base64.b64encode(bytes(offset) + data).decode()
        # A character is 6 bits: these have bits of what is before, and of what is after.
        first = (0, 2, 3)[offset]
        last = (len(data) + offset) * 8 // 6
        core = code[first:last]
        if len(core) >= _SHORTEST_BASE64:
            yield core
            yield core.replace("+", "-").replace("/", "_")
