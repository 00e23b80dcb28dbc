"""The keyword library."""

from datetime import timedelta
from typing import Any

from robot.api import TestSuite, logger
from robot.api.interfaces import ListenerV3
from robotlibcore import DynamicCore

import robot_cherrypy
from robot_cherrypy.errors import RobotCherryPyError, ServerError
from robot_cherrypy.harness.listening import Kind
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Server
from robot_cherrypy.keywords.browsers import BrowserKeywords
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.keywords.servers import ServerKeywords
from robot_cherrypy.keywords.stack import StackKeywords


class CherryPyLibrary(DynamicCore, ListenerV3):  # type: ignore[misc]
    """Acceptance testing for CherryPy applications.

    The library starts a CherryPy application inside the test run, on CherryPy's own threaded server
    or on an asyncio server, and opens a headless browser on it. From there on SeleniumLibrary's
    keywords drive the page.

    | *** Settings ***
    | Library    robot_cherrypy
    |
    | *** Test Cases ***
    | Echo Page Is There
    |     Start Server    sample_app.echo:Echo
    |     Open Headless Browser
    |     Page Should Contain    Echo

    = Servers =
    Several servers may run at once, each with an alias; the one started last is the current one,
    which keywords mean where no alias is given. A server or a browser that a suite leaves open is
    closed when the suite ends.
    """

    ROBOT_LIBRARY_SCOPE = "GLOBAL"
    ROBOT_LIBRARY_VERSION = robot_cherrypy.__version__
    ROBOT_LIBRARY_LISTENER: "CherryPyLibrary"

    def __init__(
        self,
        server: Kind = "threaded",
        timeout: timedelta = timedelta(seconds=5),
    ) -> None:
        """Choose defaults for the keywords.

        Args:
            server: The server that `Start Server` starts where it is not told.
            timeout: How long a server may take to be ready, and a page to be there.
        """
        self.ROBOT_LIBRARY_LISTENER = self
        self._servers = Servers()
        options = Options(server=server, timeout=timeout)
        self._server_keywords = ServerKeywords(self._servers, options)
        self._browser_keywords = BrowserKeywords(self._servers)
        self._stack_keywords = StackKeywords(self._servers, options)
        super().__init__([self._server_keywords, self._browser_keywords, self._stack_keywords])

    def end_suite(self, data: TestSuite, _result: Any) -> None:
        """Close and stop what the suite left open (listener interface, version 3)."""
        self._browser_keywords.close_browsers(data.full_name)
        self._stop([one for one in self._servers.running if one.launch.owner == data.full_name])
        self._stop_stack(data.full_name)

    def close(self) -> None:
        """Stop what is left at the end of the run."""
        self._browser_keywords.close_browsers()
        self._stop(self._servers.running)
        self._stop_stack()

    def _stop_stack(self, owner: str | None = None) -> None:
        try:
            self._stack_keywords.stop(owner)
        except RobotCherryPyError as error:
            logger.error(str(error))

    def _stop(self, servers: list[Server]) -> None:
        try:
            self._server_keywords.stop_servers(servers)
        except ServerError as error:
            logger.error(str(error))
