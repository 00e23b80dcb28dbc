"""Observing each `HTTPError` that becomes a response.

Upstream: CherryPy 18.10, `cherrypy/_cperror.py`, `HTTPError.set_response`. CherryPy offers a hook
for errors of other kinds only (`before_error_response`). A hook at `before_finalize` would see
these, too, but would be called for every request.
"""

import functools
import sys
from collections.abc import Callable

import cherrypy

from robot_cherrypy.patches.replacements import Replacements


def observed_http_errors(
    replacements: Replacements, observe: Callable[[cherrypy.HTTPError], object]
) -> None:
    """Call `observe` for each `HTTPError` that was raised, before it makes its page.

    Args:
        replacements: How the patch is put in place.
        observe: Called with the error on the thread of the request.
    """
    original = cherrypy.HTTPError.set_response

    @functools.wraps(original)
    def set_response(error: cherrypy.HTTPError) -> None:
        # Else it was not raised: it only makes the page for an error of another kind.
        if error is sys.exc_info()[1]:
            observe(error)
        original(error)

    replacements.set(cherrypy.HTTPError, "set_response", set_response)
