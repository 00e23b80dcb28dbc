"""Gathers the evidence of a test within a limited time."""

import time
from typing import Any

from robot_cherrypy.evidence.block import Evidence, render
from robot_cherrypy.evidence.browser_side import BrowserView, forget, look_at, open_browsers
from robot_cherrypy.evidence.chronicle import TestRecord
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.timeline import time_line
from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.journal import JOURNAL

_PATIENCE = 0.28
"""How long browsers may take to show what they have, in seconds."""

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

    def take(self, test: TestRecord) -> None:
        """Look at both sides, unless this was done for the test already."""
        if self._views is None:
            self._end = time.monotonic()
            self._views = look_at(open_browsers(), _PATIENCE, test.started)
            self._outputs = [
                (f"Output of server '{server.alias}'", server.output())
                for server in self._servers.running
                if isinstance(server, ChildProcessServer) and server.output()
            ]

    def forget(self) -> None:
        """Be ready for the next test."""
        forget()
        self._views, self._outputs = None, []

    def block(self, test: TestRecord, *, is_open: bool = False) -> str:
        """Return the test's evidence as HTML."""
        self.take(test)
        views = self._views or []
        exchanges = JOURNAL.exchanges_since(test.started)
        # A teardown comes after the look at both sides.
        end = max([self._end, *(one.ended or 0.0 for one in test.steps)])
        evidence = Evidence(
            title="Both sides of this test",
            line=time_line(
                test.started,
                end,
                steps=test.steps,
                requests=[one for view in views for one in view.requests],
                exchanges=exchanges,
            ),
            failures=list(test.failures),
            browsers=views,
            exchanges=exchanges,
            log_lines=JOURNAL.log_lines_since(test.started),
            sessions=self._sessions(exchanges),
            outputs=self._outputs,
            is_open=is_open,
        )
        typed = [one for view in views for one in view.secrets]
        masker = Masker([*secrets(), *typed, *test.secrets])
        text = render(evidence, masker, with_pictures=self._written < _ROOM)
        self._written += len(text)
        return text

    def _sessions(self, _exchanges: list[Exchange]) -> list[tuple[str, dict[str, Any]]]:
        return []


def secrets() -> list[str]:
    """Return the values of Robot's variables that are secret (Robot Framework 7.4)."""
    from robot.libraries.BuiltIn import BuiltIn, RobotNotRunningError  # noqa: PLC0415

    try:
        variables: Any = BuiltIn().get_variables(no_decoration=True)
    except RobotNotRunningError:
        return []
    return [str(value.value) for value in variables.values() if type(value).__name__ == "Secret"]
