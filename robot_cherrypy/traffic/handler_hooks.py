"""Records which function answered each request, from outside, while a server of this process runs.

CherryPy calls two hooks for it: the first one knows the page handler that the dispatcher has found,
before tools wrap or replace it, and the second one knows whether a tool or hook answered in its
place. Of Flask, Django and Starlette the patch in `patches.views` knows the view.
"""

import contextlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import cherrypy
from cherrypy import _cptools
from cherrypy._cpdispatch import PageHandler
from cherrypy._cprequest import Hook, Request

from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.views import observed_views
from robot_cherrypy.traffic.handler import Handler, described, described_code
from robot_cherrypy.traffic.journal import current_exchange
from robot_cherrypy.traffic.refused_requests import why_no_handler, why_refused

# Priority of our hooks: before all others.
_FIRST = 0

# Tools that may make the response, and then take the page handler away.
_RESPONDING_TOOLS = (_cptools.HandlerTool, _cptools.CachingTool)


class _Views:
    """The patch of the frameworks that are imported, which become more with each application."""

    def __init__(self) -> None:
        self._replacements = Replacements()
        self._is_active = False

    @contextlib.contextmanager
    def observed(self) -> Iterator[None]:
        self._is_active = True
        try:
            self.update()
            yield
        finally:
            self._is_active = False
            self._replacements.restore()

    def update(self) -> None:
        if self._is_active:
            self._replacements.restore()
            observed_views(self._replacements, _keep_view)


_VIEWS = _Views()


@contextlib.contextmanager
def installed() -> Iterator[None]:
    """Record which function answers each request of this process within the context."""
    with _VIEWS.observed():
        Request.hooks.attach("on_start_resource", _keep_page_handler, priority=_FIRST)
        Request.hooks.attach("before_finalize", keep_stand_in, failsafe=True, priority=_FIRST)
        try:
            yield
        finally:
            for point in ("on_start_resource", "before_finalize"):
                hooks = Request.hooks[point]
                ours = (_keep_page_handler, keep_stand_in)
                hooks[:] = [hook for hook in hooks if hook.callback not in ours]


def observe_new_frameworks() -> None:
    """Observe the views of frameworks that an application has imported meanwhile."""
    _VIEWS.update()


def _keep_view(view: Any) -> None:
    exchange = current_exchange.get()
    if exchange is not None:
        exchange.raw_handler = view


def _keep_page_handler() -> None:
    exchange, handler = current_exchange.get(), cherrypy.serving.request.handler
    if exchange is not None:
        # Of a bound method only the function, as the application should not live as long as this.
        function = getattr(handler, "callable", handler)
        exchange.raw_handler = getattr(function, "__func__", function)
        exchange.raw_stand_in = None


def keep_stand_in() -> None:
    """Keep what answered in the place of the page handler, if something did.

    It is called while an exception is handled, or when a response is ready.
    """
    exchange, request = current_exchange.get(), cherrypy.serving.request
    if exchange is None:
        return
    error = sys.exc_info()[1]
    if isinstance(exchange.raw_handler, cherrypy.HTTPError):
        if error is exchange.raw_handler:
            exchange.refusal = why_no_handler(request)
        return
    exchange.refusal = why_refused(error)
    if error is not None and error.__traceback__ is not None:
        exchange.raw_stand_in = _raised_by(error.__traceback__)
    elif request.handler is None and exchange.raw_handler is not None:
        exchange.raw_stand_in = _responding_tool(request)


def _raised_by(traceback: types.TracebackType) -> Handler | None:
    """Return the tool, hook or other function that raised; None if the page handler ran."""
    link: types.TracebackType | None = traceback
    frame = traceback.tb_frame
    while link is not None:
        frame = link.tb_frame
        for name in ("self", "handler", "hook"):
            value = frame.f_locals.get(name)
            if isinstance(value, PageHandler):
                return None
            if isinstance(value, Hook):
                return described(value.callback)
        link = link.tb_next
    return described_code(frame.f_code, str(frame.f_globals.get("__name__", "")))


def _responding_tool(request: Any) -> Handler:
    """Return the tool that made the response; of several it is one of them."""
    tools = [
        described(hook.callback)
        for hook in request.hooks["before_handler"]
        if isinstance(getattr(hook.callback, "__self__", None), _RESPONDING_TOOLS)
    ]
    known = [tool for tool in tools if tool is not None]
    if len(known) == 1:
        return known[0]
    return Handler(" or ".join(tool.name for tool in known) or "a tool or hook")
