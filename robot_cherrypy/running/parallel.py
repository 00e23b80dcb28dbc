"""Runs the parts of a run in several processes at once, each part in a fresh one."""

import contextlib
import queue
import shutil
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from robot.api import ExecutionResult
from robot.result import TestSuite

from robot_cherrypy.running.division import Part, longest_first
from robot_cherrypy.running.joining import join_parts
from robot_cherrypy.running.merging import first_line, merge_attempt
from robot_cherrypy.running.orders import Finished, Order, Printed
from robot_cherrypy.running.warm_process import WarmProcess

# Below the folder of the results: a folder for each part, for what its tests leave there.
_FOLDERS = "processes"

# The results of all attempts at a part, and those of the latest.
_OUTPUT = "output.xml"
_ATTEMPT = "attempt.xml"

# Exit codes (Robot Framework User Guide, 3.1.3). Up to the first they are numbers of failed tests.
_MOST_FAILED = 250
_STOPPED = 253
_BROKEN = 255

# A part writes no reports, and its results are read again.
_OPTIONS = {"log": "NONE", "report": "NONE", "xunit": "NONE", "timestampoutputs": False}


def run_parts(parts: Sequence[Part], *, processes: int, retries: int) -> int:
    """Run parts, the longest first, and join their results.

    The first Ctrl-C lets what runs end as `robot` does, with its teardowns; a second one kills it.

    Args:
        parts: In any order; the results of all are in one folder.
        processes: How many are run at once.
        retries: How often tests that fail are run again.

    Returns:
        0 if all parts have results, or else the exit code that says why not.
    """
    if not parts:
        return 0
    folders = parts[0].output.parent / _FOLDERS
    shutil.rmtree(folders, ignore_errors=True)
    pool = _Pool(parts, processes, retries, folders)
    with _signals(pool.interrupt):
        code = pool.run()
    for output in {part.output for part in parts}:
        of_parts = [pool.output(part) for part in parts if part.output == output]
        written = [path for path in of_parts if path.is_file()]
        if written:
            join_parts(written, output)
    _delete_results(folders)
    return code


@contextlib.contextmanager
def _signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle Ctrl-C, and the signal by which a job of continuous integration is stopped."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def _delete_results(folders: Path) -> None:
    """Delete the results of parts, and folders in which there is nothing else."""
    for folder in folders.glob("*"):
        (folder / _OUTPUT).unlink(missing_ok=True)
    for folder in (*folders.glob("*"), folders):
        with contextlib.suppress(OSError):  # a test has left a file there
            folder.rmdir()


@dataclass(eq=False)
class _Attempt:
    """A part in its process.

    Attributes:
        number: 1, and more for what is run again.
        code: Robot's exit code; None if the process has died before that.
    """

    part: Part
    number: int
    process: WarmProcess = field(default_factory=WarmProcess)
    code: int | None = field(default=None, init=False)

    @property
    def has_results(self) -> bool:
        """Whether tests were run, to their end."""
        return self.code is not None and self.code <= _MOST_FAILED

    def hear(self, message: object) -> None:
        """Print what the process prints, and keep the exit code."""
        if isinstance(message, Printed):
            _print(message.line, is_problem=message.is_problem)
        elif isinstance(message, Finished):
            self.code = message.code


class _Pool:
    """The parts that run, and those that wait.

    All of it happens on the thread that calls `run`; a thread for each process waits for its end.
    """

    def __init__(self, parts: Sequence[Part], processes: int, retries: int, folders: Path) -> None:
        self._folders = {part: folders / str(number) for number, part in enumerate(parts, 1)}
        self._waiting = deque((part, 1) for part in longest_first(parts))
        self._running: set[_Attempt] = set()
        self._processes = processes
        self._retries = retries
        self._interrupts = 0
        self._ended = 0
        self._code = 0
        # Attempts that have ended, and None for a signal.
        self._events: queue.SimpleQueue[_Attempt | None] = queue.SimpleQueue()

    def output(self, part: Part) -> Path:
        """Return where the results of a part are, if it has some."""
        return self._folders[part] / _OUTPUT

    def run(self) -> int:
        """Run all parts; return 0, or the exit code that says why some have no results."""
        self._fill()
        while self._running:
            attempt = self._events.get()
            if attempt is None:
                self._stop()
                continue
            self._running.remove(attempt)
            self._fill()  # before the results are read, so that no processor is idle
            self._conclude(attempt)
            attempt.process.close()
            self._fill()
        return _STOPPED if self._interrupts else self._code

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Ask for the end: a handler of signals."""
        self._events.put(None)

    def _stop(self) -> None:
        self._waiting.clear()
        self._retries = 0
        self._interrupts += 1
        for attempt in self._running:
            if self._interrupts == 1:
                attempt.process.request_stop()
            else:
                attempt.process.kill()

    def _fill(self) -> None:
        """Start what waits, as far as there is room."""
        while self._waiting and len(self._running) < self._processes:
            attempt = _Attempt(*self._waiting.popleft())
            self._running.add(attempt)
            threading.Thread(target=self._run, args=(attempt,), daemon=True).start()

    def _run(self, attempt: _Attempt) -> None:
        attempt.process.run(self._order(attempt.part), attempt.hear)
        self._events.put(attempt)

    def _order(self, part: Part) -> Order:
        own = {"outputdir": str(self._folders[part]), "output": _ATTEMPT}
        if self.output(part).is_file():
            own["rerunfailed"] = str(self.output(part))
        return replace(part.order, options={**part.order.options, **_OPTIONS, **own})

    def _conclude(self, attempt: _Attempt) -> None:
        """Keep the results of an attempt, and run the part again or say how it has ended."""
        part, output = attempt.part, self.output(attempt.part)
        latest = output.with_name(_ATTEMPT)
        if not attempt.has_results:
            latest.unlink(missing_ok=True)
        elif output.is_file():
            merge_attempt(output, latest)
            latest.unlink()
        else:
            latest.replace(output)
        suite = ExecutionResult(output, include_keywords=False).suite if output.is_file() else None
        if (suite is None or suite.statistics.failed) and attempt.number <= self._retries:
            self._waiting.appendleft((part, attempt.number + 1))
            return
        self._ended += 1
        progress = f"[{self._ended}/{len(self._folders)}]"
        if suite is not None:
            _print(f"{progress} {_told(part, suite)}")
        elif not self._interrupts:
            self._code = max(self._code, attempt.code or _BROKEN)
            _print(
                f"{progress} ERROR  {part.name}: its process ended before its tests; they are not"
                " in the report.",
                is_problem=True,
            )


def _told(part: Part, suite: TestSuite) -> str:
    """Return how a part has ended, and why tests of it failed."""
    tests = list(suite.all_tests)
    failed = [test for test in tests if test.failed]
    total = "1 test" if len(tests) == 1 else f"{len(tests)} tests"
    count = f"{len(failed)} of {total} failed" if failed else total
    seconds = suite.elapsed_time.total_seconds()
    lines = [f"{suite.status}  {part.name}  {count} in {seconds:.1f} s"]
    return "\n".join([*lines, *(f"    {test.name}: {first_line(test)}" for test in failed)])


def _print(text: str, *, is_problem: bool = False) -> None:
    stream = sys.stderr if is_problem else sys.stdout
    print(text, file=stream, flush=True)
