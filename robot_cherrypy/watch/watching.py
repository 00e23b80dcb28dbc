"""The loop of `robot-cherrypy watch`: waits for what happens, and runs what it touches."""

import contextlib
import queue
import signal
import tempfile
import time
import webbrowser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.running.orders import Finished, Order, Printed, Selection
from robot_cherrypy.running.warm_process import WarmProcess
from robot_cherrypy.running.wishes import Wishes, check_library_options
from robot_cherrypy.watch.current_run import CurrentRun, RunEnded
from robot_cherrypy.watch.dependencies import Dependencies, is_shared_code
from robot_cherrypy.watch.keys import Keys
from robot_cherrypy.watch.reached_lines import ReachedLines
from robot_cherrypy.watch.records import AllTestsEnded, Plan, SuiteRecord, Verdict
from robot_cherrypy.watch.report_server import ReportServer
from robot_cherrypy.watch.saved_files import FolderWatch, SavedFile
from robot_cherrypy.watch.screen import Screen, names_of
from robot_cherrypy.watch.suite_listener import SuiteListener
from robot_cherrypy.watch.suites import Suites

if TYPE_CHECKING:
    from robot_cherrypy.browser.prepared import Opening

# How many browsers are opened before a run: a test of two visitors has both at once.
_BROWSERS = 2


def watch(wishes: Wishes) -> int:
    """Run suites, and again what is touched whenever a file is saved, until the user quits.

    Args:
        wishes: What the command line says.

    Returns:
        0 if the last run of each test passed, else 1.

    Raises:
        RobotCherryPyError: The arguments are wrong, or files cannot be watched.
    """
    check_library_options(wishes.library)
    suites = Suites.from_wishes(wishes)
    events: queue.SimpleQueue[object] = queue.SimpleQueue()
    with _signals_interrupt(), contextlib.ExitStack() as at_end:
        report = ReportServer(suites.output, suites.reports)
        at_end.callback(report.stop)
        folders = FolderWatch(
            suites.folders,
            [suites.output, *_temporary_folders(suites)],
            events.put,
            lambda text: events.put(_Problem(f"Files cannot be watched: {text}")),
        )
        at_end.callback(folders.stop)
        keys = at_end.enter_context(Keys(lambda key: events.put(_Key(key))))
        watching = _Watching(suites, report, events, has_keys=keys.are_read)
        at_end.callback(watching.close)
        with contextlib.suppress(KeyboardInterrupt):
            watching.loop()
    return watching.code


@contextlib.contextmanager
def _signals_interrupt() -> Iterator[None]:
    """Let a terminal that is closed, and `kill`, end the command as Ctrl-C does."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True)
class _Key:
    name: str


@dataclass(frozen=True)
class _Problem:
    text: str


def _temporary_folders(suites: Suites) -> list[Path]:
    """Return the folder of temporary files, unless what is watched is in it."""
    folder = Path(tempfile.gettempdir()).resolve()
    return [] if any(path.is_relative_to(folder) for path in suites.folders) else [folder]


class _Watching:
    """What runs, what is run next, and what is known of the suites."""

    def __init__(
        self,
        suites: Suites,
        report: ReportServer,
        events: "queue.SimpleQueue[object]",
        *,
        has_keys: bool,
    ) -> None:
        self._suites = suites
        self._report = report
        self._events = events
        self._has_keys = has_keys
        self._screen = Screen()
        self._dependencies = Dependencies()
        self._reached = ReachedLines()
        self._verdicts: dict[str, Verdict] = {}
        self._unfinished: set[Path] = set()  # suites whose process has died
        self._openings: tuple[Opening, ...] = ()
        self._spare: WarmProcess | None = self._prepare()
        self._is_closing = False
        self._last_end = 0.0  # of a run, in seconds since the epoch
        self._current: CurrentRun | None = None
        self._attempt = 1  # of the current run, or the last one
        # What is run after the current run, and what is run after that, as it was left out.
        self._next: tuple[str, Selection | None] | None = None
        self._rest: Selection | None = None

    @property
    def code(self) -> int:
        """0 if the last run of each test passed, else 1."""
        has_failed = any(verdict.status == "FAIL" for verdict in self._verdicts.values())
        return int(has_failed or bool(self._unfinished))

    def loop(self) -> None:
        """Run all tests, and then what each event asks for, until the user quits.

        Raises:
            RobotCherryPyError: Files cannot be watched.
        """
        self._screen.begin(self._suites.folders, self._report.url)
        self._begin("all tests", None)
        while (event := self._events.get()) != _Key("q"):
            if isinstance(event, list):
                self._saved(event)
            elif isinstance(event, _Key):
                self._press(event.name)
            elif isinstance(event, _Problem):
                raise RobotCherryPyError(event.text)
            else:
                self._hear(event)

    def close(self) -> None:
        """Stop what runs, and end all processes; a further Ctrl-C kills what runs."""
        self._is_closing = True
        while self._current:
            self._current.stop()
            try:
                self._hear(self._events.get())
            except KeyboardInterrupt:
                self._current.process.kill()
        if self._spare:
            self._spare.close()

    # What the user does.

    def _saved(self, files: list[SavedFile]) -> None:
        """Run what saved files touch."""
        for suite in [path for path in self._dependencies.suites if not path.exists()]:
            self._dependencies.forget(suite)
            self._unfinished.discard(suite)
            self._forget_verdicts(suite, set())
        touched = {file.path: self._touched_by(file).existing() for file in files}
        selection = Selection({})
        for each in touched.values():
            selection |= each
        if selection.tests:
            names = names_of(path for path, each in touched.items() if each.tests)
            self._begin(names, selection)

    def _touched_by(self, file: SavedFile) -> Selection:
        """Return the tests that depend on a file, or may do so."""
        suites = self._suites_touched_by(file)
        names = self._reached.tests_of_change(file.path)
        if names is None:
            return Selection(dict.fromkeys(suites))
        if suites and not names:
            self._screen.note(f"No test has reached what was changed in {names_of([file.path])}.")
        verdicts = [verdict for verdict in self._verdicts.values() if verdict.name in names]
        return Selection(
            {
                suite: frozenset(verdict.name for verdict in verdicts if verdict.suite == suite)
                for suite in suites & {verdict.suite for verdict in verdicts}
            }
        )

    def _suites_touched_by(self, file: SavedFile) -> set[Path]:
        touched = self._dependencies.touched_by(file, self._is_written)
        if self._suites.has(file.path):
            touched.add(file.path)
        if is_shared_code(file.path):
            unfinished = self._unfinished | (self._current.not_ended() if self._current else set())
            touched |= unfinished - self._dependencies.suites
        return touched

    def _is_written(self, path: Path) -> bool:
        """Whether a run may have written a file, as applications write files of their own."""
        try:
            return self._current is not None or path.stat().st_mtime <= self._last_end
        except OSError:  # it was deleted again
            return True

    def _press(self, key: str) -> None:
        if key in "\r\na":
            self._begin("all tests", None)
        elif key == "o":
            webbrowser.open(self._report.url)
        elif key == "f":
            selection = _failed(self._verdicts.values())
            if selection.tests:
                self._begin("failed tests", selection)
            else:
                self._screen.note("No test has failed.")

    # Runs.

    def _begin(self, reason: str, selection: Selection | None) -> None:
        """Run tests now, or as soon as the current run has been stopped."""
        if self._current is None:
            self._start(reason, selection)
            return
        if self._next is not None:
            before = self._next[1]
            selection = None if before is None or selection is None else before | selection
        self._next = (reason, selection)
        self._current.stop()

    def _start(self, reason: str, selection: Selection | None, attempt: int = 1) -> None:
        self._screen.run(reason)
        self._attempt = attempt
        order = Order(
            sources=self._suites.sources,
            options=self._suites.options,
            selection=selection,
            servers=self._suites.servers,
            is_retry=attempt > 1,
        )
        self._current = CurrentRun(self._spare or self._prepare(), order)
        self._spare = None
        self._current.start(self._events.put)

    def _prepare(self) -> WarmProcess:
        """Start a process that knows all of the next run but its order."""
        listener = partial(SuiteListener, roots=self._suites.folders)
        return WarmProcess(self._openings, (listener,))

    def _hear(self, message: object) -> None:
        """Handle what the current run tells. What a run tells after it was stopped is void."""
        run = self._current
        if run is None:
            return
        if isinstance(message, RunEnded):
            self._end(run)
        elif isinstance(message, Finished):
            run.finished = message
            self._openings = message.openings[:_BROWSERS]
            self._learn_coverage(run)
        elif not run.is_stopped:
            self._show(run, message)

    def _learn_coverage(self, run: CurrentRun) -> None:
        data = self._suites.coverage
        if data and data.is_file() and run.has_ended:
            names = {verdict.name for verdict in run.verdicts}
            self._reached.learn(data, names, run.began)

    def _show(self, run: CurrentRun, message: object) -> None:
        if isinstance(message, Plan):
            run.planned = message.suites
        elif isinstance(message, Printed):
            (self._screen.error if message.is_problem else self._screen.note)(message.line)
        elif isinstance(message, Verdict):
            run.verdicts.append(message)
            self._verdicts[message.name] = message
            self._screen.verdict(message)
        elif isinstance(message, SuiteRecord):
            run.ended.add(message.suite)
            self._unfinished.discard(message.suite)
            self._dependencies.learn(message)
            if run.is_whole(message.suite):
                self._forget_verdicts(message.suite, {verdict.name for verdict in run.verdicts})
        elif isinstance(message, AllTestsEnded):
            run.has_ended = True
            self._unfinished -= {verdict.suite for verdict in run.verdicts}
            self._screen.summary(run.verdicts, run.seconds, has_keys=self._has_keys)

    def _end(self, run: CurrentRun) -> None:
        """Clean up after a run, and start what is to be run next."""
        run.close()
        self._current, self._last_end = None, time.time()
        if self._is_closing:
            return
        if run.is_stopped:
            self._keep_what_is_left(run)
        elif run.finished is None:
            self._screen.error("The process of the run has died.")
            self._unfinished |= run.not_ended()
        else:
            self._report.reload()
        if self._next is not None:
            (reason, selection), self._next = self._next, None
            self._start(reason, selection)
        elif self._is_retried(run):
            attempt = self._attempt + 1
            reason = f"failed tests, attempt {attempt} of {self._suites.retries + 1}"
            self._start(reason, _failed(run.verdicts), attempt)
        elif self._rest is not None and self._rest.existing().tests:
            rest, self._rest = self._rest.existing(), None
            self._start("what was stopped before", rest)
        else:
            self._spare = self._prepare()

    def _is_retried(self, run: CurrentRun) -> bool:
        """Whether the failed tests of a run are run once more."""
        has_ended = run.finished is not None and not run.is_stopped
        is_left = self._attempt <= self._suites.retries
        return has_ended and is_left and bool(_failed(run.verdicts).tests)

    def _keep_what_is_left(self, run: CurrentRun) -> None:
        """Plan what a stopped run has not done for later, unless it is run next anyway."""
        assert self._next
        reason, selection = self._next
        left = run.left()
        if left is None or selection is None:
            self._next, self._rest = (reason, None), None
        else:
            left |= self._rest or Selection({})
            self._rest = left.without(selection.whole())

    def _forget_verdicts(self, suite: Path, names: set[str]) -> None:
        """Forget the verdicts of a suite's tests, except these: there are no others any more."""
        self._verdicts = {
            name: verdict
            for name, verdict in self._verdicts.items()
            if verdict.suite != suite or name in names
        }


def _failed(verdicts: Iterable[Verdict]) -> Selection:
    """Return the tests that failed."""
    failed = [verdict for verdict in verdicts if verdict.status == "FAIL"]
    return Selection(
        {
            suite: frozenset(verdict.name for verdict in failed if verdict.suite == suite)
            for suite in {verdict.suite for verdict in failed}
        }
    )
