"""When which test and which keyword ran, to relate what servers did to them by its time."""

import time
from collections import deque
from dataclasses import dataclass, field

from robot_cherrypy.traffic.exchange import RecordedError

# How many tests are remembered, to name the one whose request led to an error that comes late. A
# request does not live longer than a thousand tests, and without steps they take little memory.
_MOST_TESTS = 1_000


# Robot's status of keywords that did not run.
NOT_RUN = "NOT RUN"


@dataclass(eq=False)
class Step:
    """One keyword that ran, or an event during one. Times are of `time.monotonic`, in seconds.

    Attributes:
        name: Name of the keyword.
        arguments: Its arguments as the suite has them, with values of simple variables.
        depth: How many keywords it is nested in; 0 for keywords of the test itself.
        started: When it started.
        ended: When it ended, None before.
        status: Robot's status; empty while it is running.
    """

    name: str
    arguments: tuple[str, ...]
    depth: int
    started: float
    ended: float | None = None
    status: str = ""


@dataclass(eq=False)
class TestRecord:
    """One test, or the setup or teardown of a suite. Times are of `time.monotonic`, in seconds.

    Attributes:
        name: Full name of the test, or of the suite.
        started: When it started.
        ended: When it ended, None before.
        steps: Its keywords in the order in which they started; removed when it has ended.
        server_errors: The server errors that are assigned to it.
        is_test: Whether it is a test.
        has_run: Whether a keyword of it has started. None does after an exit on failure, after a
            failed suite setup, and where a tag skips the test.
        has_passed: Whether it has ended and passed.
    """

    name: str
    started: float
    ended: float | None = None
    steps: list[Step] = field(default_factory=list)
    server_errors: list[RecordedError] = field(default_factory=list)
    is_test: bool = True
    has_run: bool = False
    has_passed: bool = False


class RunHistory:
    """The tests of this run, and the running one.

    Attributes:
        current: The running test, or the setup or teardown of a suite that is running, or None.
    """

    def __init__(self) -> None:
        self.current: TestRecord | None = None
        self._tests: deque[TestRecord] = deque(maxlen=_MOST_TESTS)
        self._running_steps: list[Step] = []

    @property
    def current_test(self) -> TestRecord | None:
        """The running test, or None."""
        return self.current if self.current is not None and self.current.is_test else None

    @property
    def running_keyword(self) -> str:
        """Name of the innermost keyword that is running; empty if none is."""
        return self._running_steps[-1].name if self._running_steps else ""

    @property
    def step_started(self) -> float:
        """When the innermost keyword that is running started, now if none is."""
        return self._running_steps[-1].started if self._running_steps else time.monotonic()

    def start_test(self, name: str, *, is_test: bool = True) -> TestRecord:
        """Record the start of a test, or of the setup or teardown of a suite."""
        self.current = TestRecord(name, time.monotonic(), is_test=is_test)
        self._tests.append(self.current)
        self._running_steps.clear()
        return self.current

    def end_test(self) -> None:
        """Record the end of what is running, and remove its steps."""
        if self.current is not None:
            self.current.ended = time.monotonic()
            self.current.steps = []
        self.current = None

    def start_step(self, name: str, arguments: tuple[str, ...]) -> None:
        """Record the start of a keyword, also of one outside of tests."""
        step = Step(name, arguments, len(self._running_steps), time.monotonic())
        self._running_steps.append(step)
        if self.current is not None:
            self.current.has_run = True
            self.current.steps.append(step)

    def add_event(self, name: str, *arguments: str) -> None:
        """Record something that happened at one moment during a keyword, such as a message."""
        if self.current is not None:
            now = time.monotonic()
            depth = len(self._running_steps)
            self.current.steps.append(Step(name, arguments, depth, now, now, "PASS"))

    def end_step(self, status: str) -> None:
        """Record the end of the keyword that started last."""
        if self._running_steps:  # empty if the keyword had started before its test
            step = self._running_steps.pop()
            step.ended, step.status = time.monotonic(), status

    def test_of(self, error: RecordedError) -> TestRecord | None:
        """Return the test during which the request of an error came, or None.

        What a server did for no request, as its plugins and its jobs do, belongs to the test that
        ran when it did.
        """
        if error.exchange is not None:
            return self.test_at(error.exchange.started)
        return self.test_at(error.at) if error.server else None

    def test_at(self, moment: float) -> TestRecord | None:
        """Return the test that ran at a moment, or None."""
        return next((test for test in reversed(self._tests) if _ran_at(test, moment)), None)


def _ran_at(test: TestRecord, moment: float) -> bool:
    return test.started <= moment and (test.ended is None or moment <= test.ended)
