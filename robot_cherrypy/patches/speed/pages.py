"""Making the page handler that the dispatcher has found.

The original sets `args` and `kwargs` through properties, each of which looks up the current
request; with `cherrypy.serving` in a context variable that is the greater part of the work.

Tested with pages that return `request.args`, `request.kwargs` and the handler's own.
"""

from collections.abc import Callable
from typing import Any

import cherrypy
from cherrypy import _cpdispatch

from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import patch


@patch("cherrypy._cpdispatch:PageHandler", "cherrypy._cpdispatch:LateParamPageHandler")
def found_pages(replacements: Replacements) -> None:
    """Look up the request once (`_cpdispatch.py`, `PageHandler.__init__`)."""

    def init(self: Any, callable: Callable[..., Any], *args: Any, **kwargs: Any) -> None:  # noqa: A002
        self.callable = callable
        if type(self) is _cpdispatch.LateParamPageHandler:
            request = cherrypy.serving.request
            request.args = args
            request.kwargs = self._kwargs = kwargs
        else:
            self.args = args
            self.kwargs = kwargs

    replacements.set(_cpdispatch.PageHandler, "__init__", init)
