"""Protection against requests that other sites have a browser send (CSRF)."""

from urllib.parse import urlsplit

import cherrypy

from sample_app.notes.problems import Problem

_SAFE = {"GET", "HEAD", "OPTIONS"}  # RFC 9110, section 9.2.1


def same_origin() -> None:
    """Refuse requests of other sites' pages that change something.

    Browsers send Sec-Fetch-Site (W3C, "Fetch Metadata Request Headers"), old ones only Origin (RFC
    6454). Other clients send neither, and no cookies that another site could misuse.

    Raises:
        Problem: 403, the request comes from another site.
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
