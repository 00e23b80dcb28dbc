"""Collects the evidence of a test, from browsers, servers and programs, within a limited time."""

import contextlib
import datetime as dt
import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

import cherrypy

from robot_cherrypy.errors import SessionError
from robot_cherrypy.evidence.block import render
from robot_cherrypy.evidence.container_logs import (
    ContainerLine,
    container_lines_since,
    logs_of_containers,
    steps_of,
)
from robot_cherrypy.evidence.evidence import Evidence
from robot_cherrypy.evidence.folding import build_timeline
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.evidence.request_details import EarlierRequests
from robot_cherrypy.evidence.run_history import RunHistory, Step, TestRecord
from robot_cherrypy.evidence.server_settings import ServerSettings, settings_of
from robot_cherrypy.evidence.timeline import Timeline
from robot_cherrypy.harness.clock import CLOCK
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.sessions import sessions_of
from robot_cherrypy.pages.clicks import PageBefore, page_before
from robot_cherrypy.pages.network_log import WebSocketMessage
from robot_cherrypy.pages.selenium import open_browsers
from robot_cherrypy.pages.view import BrowserView, discard_browser_logs, view_browsers
from robot_cherrypy.stack import guarded_program
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.journal import JOURNAL

# How long a session is waited for that a request has locked, in seconds: a request that is still
# running when its test has failed may keep the lock for long.
_SESSION_TIMEOUT = 0.05

# How many of the paths last requested are asked for their sessions: all pages of an application
# have the same ones as a rule.
_MOST_PATHS = 5

# How much evidence a run may have, in characters, before pictures and pages are left out, which are
# nearly all of it. This is some hundreds of failed tests; a larger log.html opens slowly. Then as
# much again before the details of requests that did not fail are left out.
_MOST_CHARACTERS = 60_000_000


_Found = TypeVar("_Found")


class Collector:
    """Collects once for a test: at the start of its teardown, or else at its end."""

    def __init__(self, servers: Servers, history: RunHistory) -> None:
        self._servers = servers
        self._history = history
        self._views: list[BrowserView] | None = None
        self._outputs: list[tuple[str, str]] = []
        self._sessions: list[tuple[str, dict[str, Any]]] = []
        self._stacks = self._clock = ""
        self._click: PageBefore | None = None
        self._settings: list[ServerSettings] = []
        self._container_lines: list[ContainerLine] = []
        self._faults: list[tuple[str, Exception]] = []
        self._collected_at = self._collected_until = 0.0
        self._characters = 0

    def collect(self, test: TestRecord, budget: float) -> None:
        """Ask browsers, servers and programs, unless this was done for the test already.

        Args:
            test: The test that has failed, or whose evidence is wanted.
            budget: How long browsers may take, in seconds.
        """
        if self._views is None:
            self._collected_at, start = time.monotonic(), test.started
            self._clock = _time_of_day()
            # Before browsers are asked, in which time a request may end.
            self._stacks = self._try(
                "where the servers were", lambda: self._stacks_since(start), ""
            )
            nothing: list[BrowserView] = []
            self._views = self._try(
                "browsers", lambda: view_browsers(open_browsers(), budget, start), nothing
            )
            self._outputs = self._try("outputs", lambda: self._outputs_since(start), [])
            self._container_lines = self._try(
                "logs of containers", lambda: container_lines_since(start), []
            )
            self._outputs += logs_of_containers(self._container_lines)
            self._sessions = self._try("sessions", lambda: self._sessions_since(start), [])
            self._settings = self._try("settings of servers", self._settings_of_servers, [])
            self._collected_until = time.monotonic()

    def _try(self, name: str, ask: Callable[[], _Found], default: _Found) -> _Found:
        """Return what is asked for; if that fails, the block says so in its place."""
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - a fault of ours must not cost the other parts
            self._faults.append((name, error))
            return default

    def _stacks_since(self, start: float) -> str:
        """Return the stacks of servers if a request waits that should have had its response."""
        exchanges = JOURNAL.exchanges_since(start)
        if not any(each.ended is None and not each.streams for each in exchanges):
            return ""
        return "\n".join(f"{title}\n{text}" for title, text in self._servers.stacks())

    def _outputs_since(self, start: float) -> list[tuple[str, str]]:
        """Return titles and texts of what child processes and programs have printed."""
        programs = [
            (f"server '{server.alias}'", server.output)
            for server in self._servers.started
            if server.output is not None
        ]
        programs += [
            (program.name, program.output) for program in guarded_program.running_programs()
        ]
        outputs = [(f"Output of {name}", output.since(start)) for name, output in programs]
        return [(title, text) for title, text in outputs if text]

    def _settings_of_servers(self) -> list[ServerSettings]:
        return [settings_of(server) for server in self._servers.started]

    def look_before_click(self, keyword: str, locator: str) -> None:
        """Keep the page that a keyword is about to click in, in the place of an earlier one.

        Args:
            keyword: Name of the keyword.
            locator: Its first argument.
        """
        for driver in open_browsers()[:1]:
            self._click = page_before(driver, keyword, locator)

    def add_stacks(self, stacks: str) -> None:
        """Have the block show where the servers were at another moment."""
        self._stacks = stacks

    def clear(self) -> None:
        """Discard what was collected, for the next test."""
        discard_browser_logs()
        self._views, self._outputs, self._sessions = None, [], []
        self._stacks, self._clock, self._click, self._faults = "", "", None, []
        self._settings = []
        self._container_lines = []

    def render_block(self, evidence: Evidence) -> str:
        """Return the evidence of a test as HTML."""
        for view in evidence.views:
            SECRETS.add(view.secrets)
        for exchange in evidence.exchanges:
            SECRETS.add_received(exchange)
        masker = SECRETS.masker()
        block = render(
            evidence,
            masker,
            with_pictures=self._characters < _MOST_CHARACTERS,
            with_details=self._characters < 2 * _MOST_CHARACTERS,
        )
        self._characters += len(block)
        return block

    def evidence(self, test: TestRecord, film: bytes = b"", *, failed: bool = False) -> Evidence:
        """Return what was collected, and what else there is of a test.

        Args:
            test: The test for which was collected.
            film: An animated WebP, or nothing.
            failed: Whether it has failed.
        """
        views = self._views or []
        # The keywords of a teardown run after the collecting; a page may go on to poll even then.
        end = max([self._collected_at, *(step.ended or 0.0 for step in test.steps)])
        last = max(end, self._collected_until)
        exchanges = [each for each in JOURNAL.exchanges_since(test.started) if each.started <= last]
        end = max([end, *(each.started for each in exchanges)])
        timeline = self._try(
            "the timeline",
            lambda: _timeline(test, end, views, exchanges, self._container_lines),
            Timeline(test.started, end, []),
        )
        unknown: EarlierRequests = {}
        earlier = self._try("earlier requests", lambda: self._earlier_requests(exchanges), unknown)
        return Evidence(
            timeline=timeline,
            earlier=earlier,
            stacks=self._stacks,
            faults=self._faults,
            server_errors=list(test.server_errors),
            views=views,
            exchanges=exchanges,
            log_lines=JOURNAL.log_lines_since(test.started),
            sessions=self._sessions,
            outputs=self._outputs,
            click=self._click,
            collected=self._collected_at or math.inf,
            clock=self._clock,
            servers=self._settings,
            film=film,
            is_failed=failed,
        )

    def _earlier_requests(self, exchanges: list[Exchange]) -> EarlierRequests:
        """Return what tests that passed got for the methods and paths of these requests."""
        wanted = {(exchange.method, exchange.path) for exchange in exchanges}
        earlier: EarlierRequests = {}
        for exchange in reversed(list(JOURNAL.exchanges)):
            key = exchange.method, exchange.path
            if key in wanted and key not in earlier:
                test = self._history.test_at(exchange.started)
                if test is not None and test.has_passed:
                    earlier[key] = exchange, test.name.rpartition(".")[2]
                    SECRETS.add_received(exchange)
        return earlier

    def _sessions_since(self, start: float) -> list[tuple[str, dict[str, Any]]]:
        """Return titles and current values of the sessions that the test's requests had."""
        exchanges = JOURNAL.exchanges_since(start)
        values: dict[str, dict[str, Any]] = {}
        for server in self._servers.started_in_process:
            if server.is_running:
                of_server = [exchange for exchange in exchanges if exchange.server == server.alias]
                values.update(_sessions_on(server, of_server))
        return [(f"Session {session_id[:8]}…", held) for session_id, held in values.items()]


def _time_of_day() -> str:
    """Return the time that this process has, and that of applications if it was moved."""
    now = dt.datetime.now().astimezone()
    told = f"{now:%Y-%m-%d %H:%M:%S %Z}"
    if not CLOCK.is_moved:
        return told
    stands = ", where it stands still" if CLOCK.is_frozen else ""
    return f"{told}; applications and pages have {CLOCK.now():%Y-%m-%d %H:%M:%S %Z}{stands}"


def _timeline(
    test: TestRecord,
    end: float,
    views: list[BrowserView],
    exchanges: list[Exchange],
    container_lines: list[ContainerLine],
) -> Timeline:
    requests = []
    steps = list(test.steps)
    steps += steps_of(container_lines)
    for view in views:
        whose = f"the page in {view.label}" if len(views) > 1 else "the page"
        steps += [_step_of(message, whose) for message in view.messages]
        for request in view.requests:
            request.browser = view.label
            if request.started <= end:
                requests.append(request)
    return build_timeline(
        test.started,
        end,
        steps=steps,
        requests=requests,
        exchanges=exchanges,
        errors=test.server_errors,
    )


def _step_of(message: WebSocketMessage, whose: str) -> Step:
    name = f"WebSocket of {whose} {'→' if message.is_sent else '←'}"
    return Step(name, (message.text,), 1, message.at, message.at, "PASS")


def _sessions_on(server: InProcessServer, exchanges: list[Exchange]) -> dict[str, dict[str, Any]]:
    """Return the values of sessions on one server by their identifiers."""
    values: dict[str, dict[str, Any]] = {}
    paths = dict.fromkeys(exchange.path for exchange in reversed(exchanges))
    for path in list(paths)[:_MOST_PATHS]:
        try:
            sessions = sessions_of(server, path, _SESSION_TIMEOUT)
        except (SessionError, cherrypy.CherryPyException):
            continue  # a page without sessions
        for session_id in _session_ids(exchanges, sessions.cookie_name):
            if session_id not in values:
                with contextlib.suppress(SessionError):  # it has ended
                    values[session_id] = sessions.read(session_id)
    return values


def _session_ids(exchanges: list[Exchange], cookie_name: str) -> list[str]:
    """Return what the requests and responses have as the value of a cookie."""
    values = []
    for exchange in exchanges:
        sent = exchange.request_headers.get_all("Cookie")
        for header in [*sent, *exchange.response_headers.get_all("Set-Cookie")]:
            values += _values_of_cookie(header, cookie_name)
    return values


def _values_of_cookie(header: str, cookie_name: str) -> list[str]:
    """Return the values of a cookie in a header, whatever else a client has put there.

    `http.cookies` reads nothing of a header in which one of the names is not allowed.
    """
    pairs = [part.partition("=") for part in header.split(";")]
    values = [value.strip().strip('"') for name, _, value in pairs if name.strip() == cookie_name]
    return [value for value in values if value]
