"""When which test and which keyword ran, so that what servers did can be told by its time."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from robot_cherrypy.traffic.exchange import ServerFailure

_TESTS = 1_000

_TYPING_SECRETS = frozenset({"Input Password"})


@dataclass(eq=False)
class Step:
    """A keyword that ran. Times are of `time.monotonic`; `depth` is 0 for those of the test."""

    name: str
    arguments: tuple[str, ...]
    depth: int
    started: float
    owner: str = ""
    ended: float | None = None
    status: str = ""


@dataclass(eq=False)
class TestRecord:
    """A test that ran, with its keywords and the server's errors that are its."""

    name: str
    started: float
    ended: float | None = None
    steps: list[Step] = field(default_factory=list)
    failures: list[ServerFailure] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def step_at(self, moment: float) -> Step | None:
        """Return the innermost keyword that ran at a moment, or None."""
        running = [one for one in self.steps if _covers(one, moment)]
        return max(running, key=lambda one: one.depth, default=None)


class Chronicle:
    """The tests of this run, the last thousand of them."""

    def __init__(self) -> None:
        self.current: TestRecord | None = None
        self._tests: deque[TestRecord] = deque(maxlen=_TESTS)
        self._open: list[Step] = []

    def start_test(self, name: str) -> TestRecord:
        """Begin a test."""
        self.current = TestRecord(name, time.monotonic())
        self._tests.append(self.current)
        self._open.clear()
        return self.current

    def end_test(self) -> None:
        """End the test; only its name and its times are kept."""
        if self.current is not None:
            self.current.ended = time.monotonic()
            self.current.steps = []
        self.current = None

    def start_step(self, name: str, arguments: tuple[str, ...], owner: str) -> None:
        """Begin a keyword."""
        step = Step(name, arguments, len(self._open), time.monotonic(), owner)
        self._open.append(step)
        if self.current is not None:
            self.current.steps.append(step)
            if name in _TYPING_SECRETS and arguments:
                self.current.secrets.append(arguments[-1])

    def note(self, name: str, *arguments: str) -> None:
        """Put something that happened within a keyword on the time line."""
        if self.current is not None:
            now = time.monotonic()
            note = Step(name, arguments, len(self._open), now, ended=now, status="PASS")
            self.current.steps.append(note)

    def end_step(self, status: str) -> Step | None:
        """End the keyword that began last; return it."""
        if not self._open:
            return None
        step = self._open.pop()
        step.ended, step.status = time.monotonic(), status
        return step

    def test_at(self, moment: float) -> TestRecord | None:
        """Return the test that ran at a moment, or None."""
        return next((one for one in self._newest_first() if _covers(one, moment)), None)

    def test_of(self, failure: ServerFailure) -> TestRecord | None:
        """Return the test whose request led to an error, whenever that came."""
        return self.test_at(failure.exchange.started) if failure.exchange else None

    def _newest_first(self) -> Iterator[TestRecord]:
        return reversed(self._tests)


def _covers(span: Step | TestRecord, moment: float) -> bool:
    return span.started <= moment and (span.ended is None or moment <= span.ended)
