"""Range headers that CherryPy responds to with a 500 or with a wrong range.

Upstream: CherryPy 18.10, `cherrypy/lib/httputil.py`, `get_ranges`. It raises for what is no range,
such as `bytes=a-b`, and returns an empty range for `bytes=-0` and one beyond the end for
`bytes=0-999` of ten bytes.
"""

import re
from collections.abc import Callable

from cherrypy.lib import httputil

from robot_cherrypy.patches.replacements import Replacements

_Ranges = list[tuple[int, int]] | None

# A header with ranges of bytes, whose list may have empty elements (RFC 9110, 14.1.1 and 5.6.1).
_ELEMENT = r"[ \t]*(?:[0-9]+-[0-9]*|-[0-9]+)?[ \t]*"
_RANGES = re.compile(rf"bytes={_ELEMENT}(?:,{_ELEMENT})*", re.IGNORECASE)

# How many ranges a request may have. More of them, which no client needs, would make a small
# request cost a large response (RFC 9110, 17.15); Apache's limit is the same.
_MAX_RANGES = 200


def valid_ranges(replacements: Replacements) -> None:
    """Ignore what is no range, as a server should (RFC 9110, 14.2), and keep ranges in the file.

    Args:
        replacements: How the patch is put in place.
    """
    replacements.wrap(httputil, "get_ranges", _valid_ranges)


def _valid_ranges(
    original: Callable[[str | None, int], _Ranges], header: str | None, length: int
) -> _Ranges:
    if not header or not _RANGES.fullmatch(header.strip()):
        return None
    elements = [each.strip() for each in header.partition("=")[2].split(",")]
    elements = list(filter(None, elements))
    if not elements or len(elements) > _MAX_RANGES:
        return None
    ranges = original("bytes=" + ",".join(elements), length)
    if ranges is None:
        return None
    return [(start, min(stop, length)) for start, stop in ranges if start < min(stop, length)]
