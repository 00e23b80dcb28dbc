"""Django's live-server test cases, with CherryPy's servers in the place of Django's.

from robot_cherrypy.hosting.django.testing import StaticLiveServerTestCase

class ShopTest(StaticLiveServerTestCase):
    server = "async"  # "threaded" by default
"""

from typing import Any, Literal

from django.contrib.staticfiles import testing as staticfiles
from django.test import testcases

from robot_cherrypy.errors import MissingExtraError
from robot_cherrypy.hosting.django.live import ThreadedServer


def _server_class(kind: str) -> Any:
    if kind == "threaded":
        return ThreadedServer
    try:
        from robot_cherrypy.hosting.django.live_async import AsyncServer  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError("The asyncio server", "async") from error
    return AsyncServer


class _OnCherryPy:
    """Puts our server where the test case would have Django's."""

    server: Literal["threaded", "async"] = "threaded"

    @classmethod
    def _create_server_thread(cls, connections_override: dict[str, Any]) -> Any:
        create: Any = super()._create_server_thread  # type: ignore[misc]
        thread = create(connections_override)
        thread.server_class = _server_class(cls.server)
        return thread


class LiveServerTestCase(_OnCherryPy, testcases.LiveServerTestCase):  # type: ignore[misc]
    """`django.test.LiveServerTestCase` on CherryPy's server, or on the asyncio server."""


class StaticLiveServerTestCase(
    _OnCherryPy,
    staticfiles.StaticLiveServerTestCase,  # type: ignore[misc]
):
    """The same for `django.contrib.staticfiles.testing.StaticLiveServerTestCase`."""
