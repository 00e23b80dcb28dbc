"""The test cases, each with the kind of server that it asks for."""

from typing import Any, Literal

from django.contrib.staticfiles import testing as staticfiles
from django.test import testcases

from robot_cherrypy.errors import MissingExtraError
from robot_cherrypy.hosting.django.testing.threaded_server import ThreadedServer


def server_class(kind: str) -> Any:
    """Return the class of a server by its kind, `threaded` or `async`.

    Raises:
        MissingExtraError: The asyncio server is not installed.
    """
    if kind == "threaded":
        return ThreadedServer
    try:
        from robot_cherrypy.hosting.django.testing.async_server import (  # noqa: PLC0415 - an extra
            AsyncServer,
        )
    except ModuleNotFoundError as error:
        raise MissingExtraError("The asyncio server", "async") from error
    return AsyncServer


class _OnCherryPy:
    """Makes a test case start a server of ours instead of Django's."""

    server: Literal["threaded", "async"] = "threaded"

    @classmethod
    def _create_server_thread(cls, connections_override: dict[str, Any]) -> Any:
        create: Any = super()._create_server_thread  # type: ignore[misc]
        thread = create(connections_override)
        if thread.server_class is testcases.ThreadedWSGIServer:  # else a test has chosen its own
            thread.server_class = server_class(cls.server)
        return thread


class LiveServerTestCase(_OnCherryPy, testcases.LiveServerTestCase):  # type: ignore[misc]
    """`django.test.LiveServerTestCase` on CherryPy's server, or on the asyncio server."""


class StaticLiveServerTestCase(
    _OnCherryPy,
    staticfiles.StaticLiveServerTestCase,  # type: ignore[misc]
):
    """`django.contrib.staticfiles.testing.StaticLiveServerTestCase` on the same servers."""
