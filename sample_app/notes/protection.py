"""Requests that other sites make a browser send are refused."""

from urllib.parse import urlsplit

import cherrypy

from sample_app.notes.problems import Problem

_SAFE = {"GET", "HEAD", "OPTIONS"}  # RFC 9110, section 9.2.1


def same_origin() -> None:
    """Let nobody but our own page change anything (Fetch Metadata; before that, RFC 6454).

    Clients that are no browsers send neither header, and no cookies either.

    Raises:
        Problem: 403.
    """
    request = cherrypy.serving.request
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("Host")
    if foreign:
        raise Problem(403, "This comes from another site.")
