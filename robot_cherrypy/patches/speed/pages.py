"""Page handlers."""

from collections.abc import Callable
from typing import Any

import cherrypy
from cherrypy import _cpdispatch

from robot_cherrypy.patches.known import patch
from robot_cherrypy.patches.replacing import Replacements


@patch("cherrypy._cpdispatch:PageHandler", "cherrypy._cpdispatch:LateParamPageHandler")
def found_pages(replacements: Replacements) -> None:
    """Make the page handler that was found with one look at the request (`_cpdispatch.py`)."""

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
