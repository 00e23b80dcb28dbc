"""Observing each `HTTPError` that becomes a response, and each error page that fails.

Upstream: CherryPy 18.10, `cherrypy/_cperror.py`, `HTTPError.set_response` and `get_error_page`.
CherryPy offers a hook for errors of other kinds only (`before_error_response`). A hook at
`before_finalize` would see each `HTTPError`, too, but would be called for every request. That an
error page of the application's own has failed stands in the response only.
"""

import functools
import sys
from collections.abc import Callable
from types import TracebackType

import cherrypy
from cherrypy import _cperror

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


def observed_error_pages(
    replacements: Replacements, observe: Callable[[BaseException | None], object]
) -> None:
    """Call `observe` for each exception in an application's own error page, or in finding its file.

    Args:
        replacements: How the patch is put in place.
        observe: Called with the exception on the thread of the request.
    """
    # `get_error_page` alone calls it.
    original: Callable[..., list[str]] = _cperror._format_exception  # noqa: SLF001

    def format_exception(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> list[str]:
        observe(error)
        return original(kind, error, traceback)

    replacements.set(_cperror, "_format_exception", format_exception)
