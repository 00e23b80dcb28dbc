"""Gathers the evidence of a test within a limited time."""

import contextlib
import time
from http.cookies import SimpleCookie
from typing import Any

import cherrypy

from robot_cherrypy.errors import SessionError
from robot_cherrypy.evidence.block import Evidence, render
from robot_cherrypy.evidence.browser_side import BrowserView, forget, look_at, open_browsers
from robot_cherrypy.evidence.chronicle import TestRecord
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.timeline import time_line
from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.sessions import sessions_of
from robot_cherrypy.stack import part
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.journal import JOURNAL

_PATIENCE = 0.4
"""How long browsers may take to show what they have, in seconds."""

_SESSION_PATIENCE = 0.05
_PATHS = 5
"""How long a session's lock is waited for, in seconds, and of how many paths."""

_ROOM = 40_000_000
"""How much evidence a report takes, in characters; from then on it goes without pictures."""


class Collector:
    """Takes the evidence once for a test: at the start of its teardown, or else at its end."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._views: list[BrowserView] | None = None
        self._outputs: list[tuple[str, str]] = []
        self._end = 0.0
        self._written = 0

    def take(self, test: TestRecord, spent: float = 0.0) -> None:
        """Look at both sides, unless this was done for the test already.

        Args:
            test: Which.
            spent: How much of the time for it went elsewhere, in seconds.
        """
        if self._views is None:
            self._end = time.monotonic()
            self._views = look_at(open_browsers(), _PATIENCE - spent, test.started)
            self._outputs = self._printed_since(test.started)

    def _printed_since(self, start: float) -> list[tuple[str, str]]:
        """Return what child processes and the parts of the stack have printed, if anything."""
        programs = [
            (f"server '{server.alias}'", server.output)
            for server in self._servers.running
            if isinstance(server, ChildProcessServer)
        ]
        programs += [(one.name, one.output) for one in part.running()]
        printed = [(f"Output of {name}", output.since(start)) for name, output in programs]
        return [(title, text) for title, text in printed if text]

    def forget(self) -> None:
        """Be ready for the next test."""
        forget()
        self._views, self._outputs = None, []

    def block(self, test: TestRecord, recording: bytes = b"") -> str:
        """Return the test's evidence as HTML."""
        views = self._views or []
        exchanges = JOURNAL.exchanges_since(test.started)
        # A teardown comes after the look at both sides.
        end = max([self._end, *(one.ended or 0.0 for one in test.steps)])
        evidence = Evidence(
            title="Both sides of this test",
            line=time_line(
                test.started,
                end,
                steps=[*test.steps, *(one for view in views for one in view.frames)],
                requests=[one for view in views for one in view.requests],
                exchanges=exchanges,
            ),
            failures=list(test.failures),
            browsers=views,
            exchanges=exchanges,
            log_lines=JOURNAL.log_lines_since(test.started),
            sessions=self._sessions(exchanges),
            outputs=self._outputs,
            recording=recording,
        )
        typed = [one for view in views for one in view.secrets]
        masker = Masker([*secrets(), *typed, *test.secrets])
        text = render(evidence, masker, with_pictures=self._written < _ROOM)
        self._written += len(text)
        return text

    def _sessions(self, exchanges: list[Exchange]) -> list[tuple[str, dict[str, Any]]]:
        """Read the sessions that requests of the test had, as their servers now keep them."""
        found: dict[str, dict[str, Any]] = {}
        for server in self._servers.running:
            if isinstance(server, InProcessServer) and server.ended_by is None:
                mine = [one for one in exchanges if one.server == server.alias]
                found.update(_sessions_of(server, mine))
        return [(f"Session {number[:8]}…", held) for number, held in found.items()]


def _sessions_of(server: InProcessServer, exchanges: list[Exchange]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in list(dict.fromkeys(one.path for one in reversed(exchanges)))[:_PATHS]:
        try:
            sessions = sessions_of(server, path, _SESSION_PATIENCE)
        except (SessionError, cherrypy.CherryPyException):
            continue  # a page without sessions
        for one in exchanges:
            for header in (one.headers.get("Cookie"), one.answer_headers.get("Set-Cookie")):
                session_id = _cookie(header, sessions.cookie_name)
                if session_id and session_id not in found:
                    with contextlib.suppress(SessionError):  # it has ended
                        found[session_id] = sessions.read(session_id)
    return found


def _cookie(header: str | None, name: str) -> str:
    cookies: SimpleCookie = SimpleCookie(header or "")
    return cookies[name].value if name in cookies else ""


def secrets() -> list[str]:
    """Return the values of Robot's variables that are secret (Robot Framework 7.4)."""
    from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError  # noqa: PLC0415

    try:
        variables: Any = BuiltIn().get_variables(no_decoration=True)
    except RobotNotRunningError:
        return []
    return [str(value.value) for value in variables.values() if type(value).__name__ == "Secret"]
