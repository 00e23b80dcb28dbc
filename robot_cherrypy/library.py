"""The keyword library: its options, keywords and listener."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from robot.api.interfaces import ListenerV3
from robot.errors import RobotError
from robotlibcore import DynamicCore

import robot_cherrypy
from robot_cherrypy.errors import suggest_alike
from robot_cherrypy.evidence import logger
from robot_cherrypy.evidence.run import Run
from robot_cherrypy.keywords.browser_grid import BrowserGridKeywords
from robot_cherrypy.keywords.browser_state import BrowserStateKeywords
from robot_cherrypy.keywords.browsers import BrowserKeywords
from robot_cherrypy.keywords.clock import ClockKeywords
from robot_cherrypy.keywords.container_faults import ContainerFaultKeywords
from robot_cherrypy.keywords.containers import ContainerKeywords
from robot_cherrypy.keywords.database_servers import DatabaseServerKeywords
from robot_cherrypy.keywords.databases import DatabaseKeywords
from robot_cherrypy.keywords.faults import FaultKeywords
from robot_cherrypy.keywords.hosts import HostKeywords
from robot_cherrypy.keywords.load_balancer import LoadBalancerKeywords
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.keywords.pause_keyword import PauseKeywords
from robot_cherrypy.keywords.remote_servers import RemoteServerKeywords
from robot_cherrypy.keywords.reports import Reports
from robot_cherrypy.keywords.requests import RequestKeywords
from robot_cherrypy.keywords.running_containers import RunningContainers
from robot_cherrypy.keywords.running_databases import RunningDatabases
from robot_cherrypy.keywords.running_hosts import RunningHosts
from robot_cherrypy.keywords.server_errors import ServerErrorKeywords
from robot_cherrypy.keywords.servers import ServerKeywords
from robot_cherrypy.keywords.sessions import SessionKeywords
from robot_cherrypy.keywords.state import StateKeywords
from robot_cherrypy.keywords.websockets import WebSocketKeywords

# A value that looks like a named argument.
_NAMED = re.compile(r"([a-z_]+)=")


class CherryPyLibrary(DynamicCore):  # type: ignore[misc]
    """Acceptance testing for CherryPy applications.

    The library starts a CherryPy application inside the test run, on CherryPy's own threaded server
    or on an asyncio server, and opens a headless browser on it. SeleniumLibrary's keywords drive
    the pages.

    | *** Settings ***
    | Library    robot_cherrypy
    |
    | *** Test Cases ***
    | Echo Page Is There
    |     Start Server    sample_app.echo:Echo
    |     Open Headless Browser
    |     Page Should Contain    Echo

    = Servers =
    Several servers may run at once, each with an alias. The one that was started last is the
    current server, which keywords use when they are given no alias.

    = Server errors =
    An error in the application fails the test whose request led to it, whatever the page showed;
    see `Expect Server Error`. The log of a failed test shows what browsers and servers did.

    = Cleanup =
    A server, browser, WebSocket, database, load balancer, container or host that a suite leaves
    open is closed when the suite ends. The clock is set back and faults are cleared when the test
    ends, or the suite if its setup used them. What cannot be closed is reported as an error of the
    run; all else is closed nevertheless.
    """

    ROBOT_LIBRARY_SCOPE = "GLOBAL"
    ROBOT_LIBRARY_VERSION = robot_cherrypy.__version__
    ROBOT_LIBRARY_LISTENER: list[ListenerV3]

    def __init__(
        self,
        server: Any = "threaded",
        timeout: Any = "5 seconds",
        fail_on_server_error: Any = True,
        evidence: Any = "failure",
        wait_after_clicks: Any = True,
        retry_checks: Any = "0 seconds",
        fail_on_browser_error: Any = False,
        long_polls: Any = (),
        evidence_budget: Any = "2 seconds",
        debug: Any = False,
        slow: Any = "0 seconds",
        headed: Any = False,
        browser: Any = "auto",
        grid_url: Any = "",
        **unknown: Any,
    ) -> None:
        """Set options for all keywords.

        Args:
            server: Kind of the servers that `Start Server` starts by default: ``threaded`` or
                ``async``.
            timeout: How long a server may take to be ready, and how long keywords that wait do so
                by default.
            fail_on_server_error: Whether a server error fails the test whose request led to it,
                whatever the page showed; see `Expect Server Error`.
            evidence: Which tests have evidence of both sides in the log (pages, requests, errors
                and logs): those that failed (``failure``), ``always`` all, or ``never`` any.
            wait_after_clicks: Whether each keyword of SeleniumLibrary that clicks, presses or
                selects is followed by a wait, for at most ``timeout``, until the page has loaded
                and servers have no request in flight.
            retry_checks: For how long keywords of SeleniumLibrary are tried again until they pass,
                and an element is waited for until it can be clicked or typed into; not at all by
                default. They fail earlier when nothing can change any more: no request is in
                flight, and no script, timer or animation of a page will run within that time.
            fail_on_browser_error: Whether a test fails if a script of a page raised an error that
                it did not catch, or a resource did not load.
            long_polls: Paths of requests that are meant to stay open, such as ``/poll``: a pattern
                with ``*`` and ``?``, several separated by commas, or a list; none by default. A
                server that stops ends them at once and without a warning, as it does WebSockets and
                server-sent events.
            evidence_budget: How long a failed test may look at its browsers for the evidence.
            debug: Whether a test is paused where it fails, as by `Pause`; page loads and scripts of
                browsers then have no time-out.
            slow: How long each keyword of SeleniumLibrary that uses a page is followed by a rest,
                so that a person can watch. It counts for no time-out.
            headed: Whether `Open Headless Browser` opens browsers with a window, so that a person
                can watch.
            browser: Which browser `Open Headless Browser` opens by default.
            grid_url: URL of a Selenium Grid, or another WebDriver, by which `Open Headless Browser`
                opens browsers by default; browsers of this machine if it is empty.
            unknown: No other option is accepted.
        """
        options = Options.from_import(
            server=server,
            timeout=timeout,
            fail_on_server_error=fail_on_server_error,
            evidence=evidence,
            wait_after_clicks=wait_after_clicks,
            retry_checks=retry_checks,
            fail_on_browser_error=fail_on_browser_error,
            long_polls=long_polls,
            evidence_budget=evidence_budget,
            debug=debug,
            slow=slow,
            headed=headed,
            browser=browser,
            grid_url=grid_url,
            **unknown,
        )
        run = Run.current()
        servers, cleanup = run.servers, run.cleanup
        running_databases = RunningDatabases(cleanup)
        reports = Reports(cleanup)
        running_containers = RunningContainers(cleanup, reports)
        running_hosts = RunningHosts(cleanup)
        self.listener_options = options
        self.ROBOT_LIBRARY_LISTENER = run.listeners
        # Each with the tag of its keywords, which the reference has a page for.
        groups: dict[str, list[object]] = {
            "servers": [
                ServerKeywords(servers, options, run.history, cleanup),
                StateKeywords(servers),
                RemoteServerKeywords(servers, reports, options, cleanup),
            ],
            "browsers": [BrowserKeywords(servers, options, cleanup), BrowserStateKeywords()],
            "browser-grid": [BrowserGridKeywords(options, cleanup)],
            "pause": [PauseKeywords(run.pausing)],
            "websockets": [WebSocketKeywords(servers, options, run.history, cleanup)],
            "requests": [
                RequestKeywords(servers, options, run.history, run.judge),
                ServerErrorKeywords(run.history, run.judge),
            ],
            "sessions": [SessionKeywords(servers, options)],
            "clock": [ClockKeywords(run.page_clocks, cleanup)],
            "faults": [FaultKeywords(servers, cleanup)],
            "databases": [
                DatabaseServerKeywords(running_databases),
                DatabaseKeywords(running_databases),
            ],
            "load-balancer": [LoadBalancerKeywords(servers, options, cleanup)],
            "containers": [
                ContainerKeywords(running_containers, running_hosts),
                ContainerFaultKeywords(running_containers),
            ],
            "hosts": [HostKeywords(running_hosts)],
        }
        self._tags = {type(part): tag for tag, parts in groups.items() for part in parts}
        super().__init__([part for parts in groups.values() for part in parts])

    def get_keyword_tags(self, name: str) -> list[str]:
        """Return the tag of the group of a keyword, by which libdoc and the reference show it."""
        return [self._tags[type(self.keywords[name].__self__)]]

    def run_keyword(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run a keyword; an error that it raises has a message that Robot can write.

        Raises:
            ValueError: The name of an argument is misspelt.
        """
        self._check_names(name, args)
        try:
            return super().run_keyword(name, args, kwargs)
        except RobotError:  # a keyword of the suite that the keyword has run
            raise
        except Exception as error:
            logger.explain(error)
            shown = logger.make_harmless(error)
            if shown is error:
                raise
            raise shown from None

    def _check_names(self, name: str, args: Sequence[Any]) -> None:
        """Find `alais=first`: as no argument has that name, Robot passes it by position."""
        names = [
            argument if isinstance(argument, str) else argument[0]
            for argument in self.get_keyword_arguments(name)
        ]
        for value in args:
            written = _NAMED.match(value) if isinstance(value, str) else None
            hint = suggest_alike(written[1], names) if written and written[1] not in names else ""
            if written and hint:
                raise ValueError(
                    f"'{written[1]}' is no argument of '{name.replace('_', ' ').title()}'.{hint}"
                )
