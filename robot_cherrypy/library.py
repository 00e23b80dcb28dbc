"""The keyword library."""

from datetime import timedelta
from typing import Any

from robot.api import TestSuite, logger
from robot.api.interfaces import ListenerV3
from robotlibcore import DynamicCore

import robot_cherrypy
from robot_cherrypy.errors import RobotCherryPyError, ServerError
from robot_cherrypy.evidence.chronicle import Chronicle
from robot_cherrypy.evidence.judge import Judge
from robot_cherrypy.evidence.listener import EvidenceOption, TestListener
from robot_cherrypy.evidence.owners import Owners
from robot_cherrypy.evidence.page_clock import PageClocks
from robot_cherrypy.harness.listening import Kind
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Server
from robot_cherrypy.keywords.browsers import BrowserKeywords
from robot_cherrypy.keywords.clock import ClockKeywords
from robot_cherrypy.keywords.faults import FaultKeywords
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.keywords.servers import ServerKeywords
from robot_cherrypy.keywords.sessions import SessionKeywords
from robot_cherrypy.keywords.stack import StackKeywords
from robot_cherrypy.keywords.state import StateKeywords
from robot_cherrypy.keywords.traffic import TrafficKeywords
from robot_cherrypy.keywords.websockets import WebSocketKeywords


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
        fail_on_server_error: bool = True,
        evidence: EvidenceOption = "failure",
        wait_after_clicks: bool = False,
        fail_on_browser_error: bool = False,
    ) -> None:
        """Choose defaults for the keywords.

        Args:
            server: The server that `Start Server` starts where it is not told.
            timeout: How long a server may take to be ready.
            fail_on_server_error: Whether an error of a server fails the test that caused it,
                whatever the page showed; see `Expect Server Error`.
            evidence: Of which tests the log shows both sides: pages, requests, errors and logs.
            wait_after_clicks: Whether SeleniumLibrary's keywords that click, press or select are
                followed by a wait, for at most ``timeout``, until the page has loaded and servers
                have answered what they set off. Not in Firefox.
            fail_on_browser_error: Whether an uncaught error of a page's scripts, or a resource that
                did not load, fails the test. Not in Firefox.
        """
        self.ROBOT_LIBRARY_LISTENER = self
        self._servers = Servers()
        options = Options(server=server, timeout=timeout, evidence=evidence)
        self._server_keywords = ServerKeywords(self._servers, options)
        self._browser_keywords = BrowserKeywords(self._servers, options)
        chronicle = Chronicle()
        self._websocket_keywords = WebSocketKeywords(self._servers, options, chronicle)
        judge = Judge(self._servers, chronicle)
        pages, owners = PageClocks(), Owners()
        self._listener = TestListener(
            self._servers,
            chronicle,
            judge,
            owners,
            pages,
            fail_on_server_error=fail_on_server_error,
            fail_on_browser_error=fail_on_browser_error,
            evidence=evidence,
            wait_after_clicks=options.timeout_seconds if wait_after_clicks else None,
        )
        self._stack_keywords = StackKeywords(self._servers, options)
        super().__init__(
            [
                self._server_keywords,
                self._browser_keywords,
                TrafficKeywords(self._servers, options, chronicle, judge),
                SessionKeywords(self._servers, options),
                ClockKeywords(pages, owners),
                FaultKeywords(self._servers, owners),
                self._websocket_keywords,
                StateKeywords(self._servers),
                self._stack_keywords,
            ]
        )

    def start_test(self, data: Any, _result: Any) -> None:
        """See `TestListener` (listener interface, version 3, here and below)."""
        self._listener.start_test(data.full_name)

    def start_keyword(self, _data: Any, result: Any) -> None:
        """See `TestListener`."""
        self._listener.start_keyword(result)

    def end_keyword(self, _data: Any, result: Any) -> None:
        """See `TestListener`."""
        self._listener.end_keyword(result)

    def end_test(self, _data: Any, result: Any) -> None:
        """See `TestListener`."""
        self._listener.end_test(result)

    def end_suite(self, data: TestSuite, _result: Any) -> None:
        """Close and stop what the suite left open."""
        self._listener.end_suite(data.full_name)
        self._websocket_keywords.close_websockets(data.full_name)
        self._browser_keywords.close_browsers(data.full_name)
        self._stop([one for one in self._servers.running if one.launch.owner == data.full_name])
        self._stop_stack(data.full_name)

    def close(self) -> None:
        """Stop what is left at the end of the run."""
        self._websocket_keywords.close_websockets()
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
