"""Decides which errors of servers are a test's, and whether they fail it."""

import time

from robot_cherrypy.errors import ServerError
from robot_cherrypy.evidence.chronicle import Chronicle, TestRecord
from robot_cherrypy.evidence.expectations import Expectations
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.traffic.exchange import ServerFailure
from robot_cherrypy.traffic.journal import JOURNAL

_SETTLE = 0.15
"""How long requests of a test may go on after it so that their errors are still its, in seconds."""


class Judge:
    """Takes failures in from the journal and charges each to the test that caused it."""

    def __init__(self, servers: Servers, chronicle: Chronicle) -> None:
        self._servers = servers
        self._chronicle = chronicle
        self.expectations = Expectations()
        self._late: list[str] = []

    def take_in(self) -> list[ServerFailure]:
        """Charge what is new; return what is the running test's."""
        current = self._chronicle.current
        mine = []
        while JOURNAL.failures:
            failure = JOURNAL.failures.popleft()
            test = self._chronicle.test_of(failure)
            if test is not None:
                test.failures[:] = [one for one in test.failures if not failure.explains(one)]
                test.failures.append(failure)
            if test is not None and test is current:
                mine.append(failure)
            else:
                self._late.append(_late_message(failure, test))
        return mine

    def settle(self) -> None:
        """Let what the test that ends has caused come to its end, as far as that is quick."""
        test = self._chronicle.current
        since = test.started if test else time.monotonic()
        self._settle(since, _SETTLE)

    def sync(self) -> None:
        """Take in what servers in other processes know."""
        self._settle(time.monotonic(), 0.0)

    def _settle(self, since: float, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        for server in self._servers.running:
            try:
                server.settle(since, max(0.0, deadline - time.monotonic()))
            except ServerError:
                if server.ended_by is None:
                    raise
        self.take_in()

    def verdict(self) -> list[str]:
        """Return why the running test fails on the server's account; nothing if it does not."""
        test = self._chronicle.current
        failures = test.failures if test else []
        reasons = [f"Server error: {one}" for one in self.expectations.unexpected(failures)]
        return reasons + [self._unmet(str(one), failures) for one in self.expectations.unmet()]

    def late(self) -> list[str]:
        """Return what no running test can be charged with; each is told once."""
        late, self._late = self._late, []
        return late

    @staticmethod
    def _unmet(expected: str, failures: list[ServerFailure]) -> str:
        there = "; ".join(map(str, failures)) or "none"
        return f"Expected server error {expected} did not come. Server errors of the test: {there}."


def _late_message(failure: ServerFailure, test: TestRecord | None) -> str:
    if test is None:
        return f"Server error outside of any test: {failure}\n{failure.traceback}"
    return f"Server error after its test '{test.name}' had ended: {failure}\n{failure.traceback}"
