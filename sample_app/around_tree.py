"""An application for a WSGI server: a middleware around what is mounted on CherryPy's tree."""

from collections.abc import Iterable
from typing import Any

import cherrypy

from sample_app.own_start import Root

cherrypy.tree.mount(Root())
cherrypy.tree.mount(Root(), "/below")

application = cherrypy.tree


def middleware(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Add a header to each response."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, ("X-Middleware", "passed")], *more)

    response: Iterable[bytes] = application(environ, start)
    return response
