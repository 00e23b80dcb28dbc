"""Decides which server errors belong to which test, and whether they fail it."""

import time
from collections import Counter

from robot_cherrypy.errors import ServerError
from robot_cherrypy.evidence.expectations import Expectations
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.evidence.run_history import RunHistory, TestRecord
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.traffic.exchange import Exchange, RecordedError
from robot_cherrypy.traffic.journal import JOURNAL

# How long the end of a test waits for its requests and threads, in seconds. Most end within some
# milliseconds; a long poll does not, and no test should be held up by it noticeably.
_TIMEOUT = 0.15


class Judge:
    """Assigns server errors to tests, and says whether they fail the running one.

    An error belongs to the test during which its request came, however late the error comes.
    """

    def __init__(self, servers: Servers, history: RunHistory) -> None:
        self._servers = servers
        self._history = history
        self.expectations = Expectations()
        self._unjudged: list[str] = []
        self._unknown: list[str] = []

    def assign_new_errors(self) -> list[RecordedError]:
        """Assign the journal's new errors to tests; return those of what is running."""
        current = self._history.current
        errors_of_current = []
        while JOURNAL.new_errors:
            error = JOURNAL.new_errors.popleft()
            SECRETS.add_received(error.exchange)
            test = self._history.test_of(error)
            if test is not None:
                unexplained = [other for other in test.server_errors if not error.explains(other)]
                test.server_errors[:] = [*unexplained, error]
            if test is not None and test is current:
                errors_of_current.append(error)
            else:
                self._unjudged.append(self._unjudged_message(error, test))
        return errors_of_current

    def wait_for_end(self) -> None:
        """Wait briefly until the requests and threads that the running test started have ended.

        A running server that cannot be asked for its errors fails the test: it may have had some.
        """
        test = self._history.current
        since = test.started if test else time.monotonic()
        self._unknown = [
            f"The server errors of this test are not known: {error}"
            for error in self._wait_for_end(since, _TIMEOUT)
        ]

    def requests_left(self) -> list[Exchange]:
        """Return the requests of the running test that have not ended, but should."""
        test = self._history.current
        since = test.started if test else time.monotonic()
        left = self._servers.requests_left_after(0)
        return [exchange for exchange in left if exchange.started >= since]

    def fetch_records(self) -> None:
        """Ask servers in other processes for their records, and assign new errors to tests.

        Raises:
            ServerError: A running server could not be asked.
        """
        errors = self._wait_for_end(time.monotonic(), 0.0)
        if errors:
            raise errors[0]

    def _wait_for_end(self, since: float, timeout: float) -> list[ServerError]:
        deadline = time.monotonic() + timeout
        errors = []
        for server in self._servers.started:
            try:
                server.wait_for_end(since, max(0.0, deadline - time.monotonic()))
            except ServerError as error:
                if server.is_running:
                    errors.append(error)
        self.assign_new_errors()
        return errors

    def verdict(self, *, is_complete: bool = True) -> list[str]:
        """Return why server errors fail the running test; nothing if they do not.

        Args:
            is_complete: Whether the test has run to its end, and not been skipped before: only then
                what it expected must have come.
        """
        test = self._history.current_test
        if test is None:
            return []
        unexpected = self.expectations.unexpected(test.server_errors)
        counts = Counter(map(str, unexpected))
        reasons = [
            f"Server error: {error}" + (f" ({count} times)" if count > 1 else "")
            for error, count in counts.items()
        ]
        return [*reasons, *self._unknown, *(self.missing() if is_complete else ())]

    def missing(self) -> list[str]:
        """Return what the running test expected and did not get."""
        test = self._history.current_test
        errors = test.server_errors if test else []
        self.expectations.unexpected(errors)
        there = "; ".join(map(str, errors)) or "none"
        return [
            f"Expected server error {expectation} did not come. Server errors of the test: {there}."
            for expectation in self.expectations.unmet()
        ]

    def end_test(self, *, is_judged: bool) -> None:
        """Forget what the running test expected.

        Args:
            is_judged: Whether the verdict covered its errors, or its evidence shows them; others
                are reported by `pop_unjudged`.
        """
        test = self._history.current
        if test is not None and not is_judged:
            self._unjudged += [self._unjudged_message(error, test) for error in test.server_errors]
        self.expectations.clear()
        self._unknown = []

    def pop_unjudged(self) -> list[str]:
        """Return messages about errors that no verdict covered; each is returned once.

        They came outside of any test, or after their test had ended.
        """
        messages, self._unjudged = self._unjudged, []
        return messages

    def _unjudged_message(self, error: RecordedError, test: TestRecord | None) -> str:
        during = self._history.test_at(error.at)
        if test is not None and test.is_test:
            where = f"after its test '{test.name}' had ended"
        elif error.exchange is None and during is not None and during.is_test:
            where = f"of no request, during test '{during.name}'"
        else:
            where = "outside of any test"
        return f"Server error {where}: {error}\n{error.traceback}"
