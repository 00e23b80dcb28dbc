"""Robot runs inside a Robot run: suites that are meant to fail or to be killed."""

import fnmatch
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from robot.api import ExecutionResult, TestSuite, logger
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn

_TIMEOUT = 60
_MARK = "ROBOT_CHERRYPY_INNER_RUN"
_ROBOT = (sys.executable, "-m", "robot")
_RUNNERS = {
    "robot": _ROBOT,
    "pabot": (
        *(sys.executable, "-m", "pabot.pabot", "--no-pabotlib", "--processes", "2"),
        *("--command", *_ROBOT, "--end-command"),
    ),
}
_SUITES = Path(__file__).parent.parent / "_inner"


@library(scope="SUITE")
class inner_runs:  # noqa: N801 - Robot imports a library by the name of its file
    """Runs suites of the folder `_inner` and reads what they report."""

    def __init__(self) -> None:
        self._mark = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = self._temporary = Path()
        self._suite: TestSuite | None = None
        self._errors: list[str] = []

    @property
    def _tests(self) -> dict[str, Any]:
        assert self._suite is not None
        return {test.name: test for test in self._suite.all_tests}

    @keyword
    def run_inner_suite(self, name: str, *options: str, runner: str = "robot") -> Path:
        """Run a suite to its end and read its report; return the folder of that."""
        self.start_inner_suite(name, *options, runner=runner)
        self.inner_run_should_end()
        return self._folder

    @keyword
    def start_inner_suite(self, name: str, *options: str, runner: str = "robot") -> None:
        """Start to run a suite."""
        output = Path(BuiltIn().get_variable_value("${OUTPUT_DIR}"))
        self._mark = uuid.uuid4().hex
        self._folder = output / "inner" / f"{name}-{self._mark[:8]}"
        self._folder.mkdir(parents=True)
        self._temporary = Path(tempfile.mkdtemp(prefix="inner-"))
        self._process = subprocess.Popen(  # noqa: S603 - our own suites
            [*_RUNNERS[runner], "--outputdir", str(self._folder), *options, str(_SUITES / name)],
            cwd=self._folder,  # where pabot leaves files
            env={
                **os.environ,
                _MARK: self._mark,
                "PYTHONPATH": str(Path.cwd()),
                "TMPDIR": str(self._temporary),
            },
            stdin=subprocess.DEVNULL,
            stdout=(self._folder / "console.txt").open("wb"),
            stderr=subprocess.STDOUT,
        )

    @keyword
    def inner_run_should_reach(self, file: str) -> None:
        """Wait until the inner run has made a file in its output directory."""
        assert self._process is not None
        deadline = time.monotonic() + _TIMEOUT
        while not (self._folder / file).exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                console = (self._folder / "console.txt").read_text("utf-8")
                raise AssertionError(f"The inner run did not make '{file}':\n{console}")
            time.sleep(0.02)

    @keyword
    def send_signal_to_inner_run(self, name: str) -> None:
        """Send a signal, such as SIGINT, to the inner Robot process."""
        assert self._process is not None
        self._process.send_signal(signal.Signals[name])

    @keyword
    def inner_run_should_end(self) -> int:
        """Wait until the inner run has ended; read its report; return its exit code."""
        assert self._process is not None
        code = self._process.wait(_TIMEOUT)
        logger.info((self._folder / "console.txt").read_text("utf-8"))
        output = self._folder / "output.xml"
        if code >= 0:
            result = ExecutionResult(output)
            self._suite = result.suite
            self._errors = [message.message for message in result.errors]
            for report in ("log.html", "report.html"):
                if not (self._folder / report).is_file():
                    raise AssertionError(f"The inner run left no {report}.")
        return code

    @keyword
    def inner_test_should_have_passed(self, name: str) -> None:
        """Fail unless a test of the inner run passed."""
        test = self._tests[name]
        if not test.passed:
            raise AssertionError(f"Inner test '{name}' should have passed: {test.message}")

    @keyword
    def inner_test_should_have_failed(self, name: str, message: str) -> None:
        """Fail unless a test of the inner run failed with exactly this message."""
        test = self._tests[name]
        if test.passed or test.message != message:
            raise AssertionError(
                f"Inner test '{name}' should have failed with '{message}', but its message is"
                f" '{test.message}' ({test.status})."
            )

    @keyword
    def only_inner_tests_named_so_should_have_failed(self, pattern: str) -> None:
        """Fail unless just the tests named so failed, each for one server error."""
        assert self._suite is not None
        for test in self._suite.all_tests:
            wanted = fnmatch.fnmatchcase(test.name, pattern)
            if test.failed != wanted or test.message.count("Server error:") != wanted:
                raise AssertionError(f"{test.full_name}: {test.status} {test.message}")

    @keyword
    def inner_message_should_contain(self, name: str, *texts: str) -> None:
        """Fail unless the message of a test of the inner run has these texts."""
        message = self._tests[name].message
        for text in texts:
            if text not in message:
                raise AssertionError(f"'{text}' should be in: {message}")

    @keyword
    def inner_test_should_show(self, name: str, *texts: str) -> None:
        """Fail unless the evidence of a test in the inner run's log has these texts."""
        shown = self._evidence(name)
        for text in texts:
            if text not in shown:
                raise AssertionError(f"The evidence of '{name}' should have '{text}'.")

    @keyword
    def inner_test_should_not_show(self, name: str, *texts: str) -> None:
        """Fail if the evidence of a test in the inner run's log has one of these texts."""
        shown = self._evidence(name)
        for text in texts:
            if text in shown:
                raise AssertionError(f"The evidence of '{name}' should not have '{text}'.")

    @keyword
    def inner_evidence_should_take_at_most(self, seconds: float) -> None:
        """Fail if half of the failed tests of the inner run were held up for longer at their end.

        That is from the end of a test's last keyword to the start of the next test.
        """
        tests = list(self._tests.values())
        steps = [
            one.teardown if one.has_teardown else one.body.filter(messages=False)[-1]
            for one in tests
        ]
        ends = [one.end_time for one in steps]
        pauses = [
            (after.start_time - end).total_seconds()
            for test, end, after in zip(tests[:-1], ends[:-1], tests[1:], strict=True)
            if test.failed
        ]
        logger.info(f"Seconds: {', '.join(f'{one:.3f}' for one in pauses)}")
        if statistics.median(pauses) > seconds:
            raise AssertionError(f"Evidence took {statistics.median(pauses):.3f} s.")

    def _evidence(self, name: str) -> str:
        return "\n".join(
            one.message for one in self._tests[name].body if one.type == one.MESSAGE and one.html
        )

    @keyword
    def inner_run_should_have(self, passed: int, failed: int) -> None:
        """Fail unless this many tests of the inner run passed and failed."""
        assert self._suite is not None
        counts = self._suite.statistics
        if (counts.passed, counts.failed) != (passed, failed):
            raise AssertionError(f"The inner run had {counts.message}.")

    @keyword
    def inner_run_should_have_taken_less_than_a_minute(self) -> None:
        """Fail if times in the report are not those of the run."""
        assert self._suite is not None
        if not 0 <= self._suite.elapsed_time.total_seconds() < 60:
            raise AssertionError(f"The inner run took {self._suite.elapsed_time}.")
        for test in self._suite.all_tests:
            if not 0 <= test.elapsed_time.total_seconds() < 60:
                raise AssertionError(f"Inner test '{test.name}' took {test.elapsed_time}.")

    @keyword
    def inner_run_should_have_reported(self, message: str) -> None:
        """Fail unless the run's own errors and warnings have one that begins so."""
        if not any(one.startswith(message) for one in self._errors):
            raise AssertionError(f"'{message}' should be among: {self._errors}")

    @keyword
    def nothing_should_be_left_of_inner_run(self) -> None:
        """Fail if a process or temporary file of the inner run is still there ten seconds later."""
        deadline = time.monotonic() + 10  # five of them for programs that do not end when asked
        while (left := self._left()) and time.monotonic() < deadline:
            time.sleep(0.05)
        if left:
            raise AssertionError(f"Left of the inner run: {', '.join(left)}.")

    @keyword
    def inner_run_should_have_processes(self, *parts: str) -> None:
        """Fail unless Robot and processes whose command lines contain the parts live."""
        processes = self._processes()
        for part in ("robot", *parts):
            if not any(part in one for one in processes):
                raise AssertionError(f"No {part} among: {', '.join(processes)}.")

    @keyword
    def delete_inner_reports(self) -> None:
        """Delete the reports of the inner run, which passed as expected."""
        shutil.rmtree(self._folder)
        shutil.rmtree(self._temporary)

    def _left(self) -> list[str]:
        return [*self._processes(), *map(str, self._temporary.iterdir())]

    def _processes(self) -> list[str]:
        """The command lines of the processes that bear the inner run's mark (proc(5))."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                environment = (entry / "environ").read_bytes()
                command = (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if f"{_MARK}={self._mark}".encode() in environment:
                words = command.replace(b"\0", b" ").decode().strip()
                found.append(f"{entry.name} {words}")
        return found
