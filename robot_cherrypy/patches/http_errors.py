"""A look at each `HTTPError` that becomes a response.

Upstream: `HTTPError.set_response` in `cherrypy/_cperror.py`. A hook before `finalize`, which sees
the same, would cost every request.
"""

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator

import cherrypy


@contextlib.contextmanager
def watched(look: Callable[[cherrypy.HTTPError], None]) -> Iterator[None]:
    """Show each one that was raised, before it makes its page.

    Args:
        look: Called with it, on the request's thread.
    """
    original = cherrypy.HTTPError.set_response

    @functools.wraps(original)
    def set_response(error: cherrypy.HTTPError) -> None:
        if error is sys.exc_info()[1]:  # else it is only the page for an error of another kind
            look(error)
        original(error)

    cherrypy.HTTPError.set_response = set_response
    try:
        yield
    finally:
        cherrypy.HTTPError.set_response = original
