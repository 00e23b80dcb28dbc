"""`Request.run` of CherryPy in two parts: up to the page handler that is found, and the rest.

Where the second part runs depends on the page handler.
"""

from typing import Any

from robot_cherrypy.aio.request.handlers import RunsOn, place_of
from robot_cherrypy.patches.speed import requests


class RequestRun:
    """One run of a request.

    Args:
        request: The request, which is `cherrypy.serving.request` as well.
        args: The arguments of `Request.run`.

    Attributes:
        place: Where `respond` has to run; `dispatch` finds out.
    """

    __slots__ = ("_args", "_is_prepared", "_request", "place")

    def __init__(self, request: Any, *args: Any) -> None:
        self.place = RunsOn.WORKER
        self._request = request
        self._args = args
        self._is_prepared = False

    def dispatch(self) -> None:
        """Find the page handler. An error is kept for `respond`.

        Raises:
            NeedsThreadError: It has to be done on a worker thread, with another request object.
        """
        request = self._request
        if requests.is_divided(request) and requests.prepare(request, *self._args):
            self._is_prepared = True
            if requests.dispatch_first(request):
                self.place = place_of(request.handler)

    def respond(self) -> None:
        """Run the rest of the request, with all its hooks; or all of it, if it has no two parts."""
        if self._is_prepared:
            requests.respond(self._request)
        else:
            self._request.run(*self._args)
