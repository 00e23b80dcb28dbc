"""Robot runs inside a Robot run: suites that are meant to fail or to be killed."""

import base64
import fnmatch
import html
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
import zlib
from pathlib import Path
from typing import Any

from robot.api import ExecutionResult, TestSuite, logger
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn

# How long an inner run may take, in seconds: so long that only one that hangs does.
_TIMEOUT = 600

# The environment variable by which the processes of an inner run are found.
_MARK = "ROBOT_CHERRYPY_INNER_RUN"
_ROBOT = (sys.executable, "-m", "robot")
_RUNNERS = {
    "robot": _ROBOT,
    "processes": (sys.executable, "-m", "robot_cherrypy", "run", "--processes", "2"),
    "run": (sys.executable, "-m", "robot_cherrypy", "run"),
    "pabot": (
        *(sys.executable, "-m", "pabot.pabot", "--no-pabotlib", "--processes", "2"),
        *("--command", *_ROBOT, "--end-command"),
    ),
}
_SUITES = Path(__file__).parent.parent / "_inner"


# How SeleniumLibrary logs what it was told to type and to run.
_OF_SELENIUM_LIBRARY = re.compile(r"Typing text '|Sending keys? ?|Executing JavaScript:")

# A text in log.html that Robot has compressed (`robot.htmldata`).
_COMPRESSED = re.compile(r'"(eN[\w+/=]+)"')


def _unpacked(written: str) -> str:
    """Return what a report shows, without the ways in which it is written."""
    for compressed in _COMPRESSED.findall(written):
        written += "\n" + zlib.decompress(base64.b64decode(compressed)).decode()
    return html.unescape(html.unescape(html.unescape(written)))


@library(scope="SUITE")
class inner_runs:  # noqa: N801 - Robot imports a library by the name of its file
    """Runs suites in the folder `_inner` and reads their reports."""

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
        """Run a suite and read its report; return the folder of the report."""
        self.start_inner_suite(name, *options, runner=runner)
        self.inner_run_should_end()
        return self._folder

    @keyword
    def start_inner_suite(self, name: str, *options: str, runner: str = "robot") -> None:
        """Start a run of a suite in a process of its own."""
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
        """Wait until the inner run has created a file in its output directory."""
        assert self._process is not None
        deadline = time.monotonic() + _TIMEOUT
        while not (self._folder / file).exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                console = (self._folder / "console.txt").read_text("utf-8")
                raise AssertionError(f"The inner run did not make '{file}':\n{console}")
            time.sleep(0.02)

    @keyword
    def inner_run_may_go_on(self, file: str) -> None:
        """Create a file in the output directory of the inner run, which waits for it."""
        (self._folder / file).touch()

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
    def inner_test_should_have_failed(
        self, name: str, message: str, ends: tuple[str, ...] = ("",)
    ) -> None:
        """Fail unless a test of the inner run failed with this message, and perhaps an end."""
        test = self._tests[name]
        if test.passed or test.message not in {message + end for end in ends}:
            raise AssertionError(
                f"Inner test '{name}' should have failed with '{message}', but its message is"
                f" '{test.message}' ({test.status})."
            )

    @keyword
    def inner_test_should_have_been_skipped(self, name: str, message: str) -> None:
        """Fail unless a test of the inner run was skipped with exactly this message."""
        test = self._tests[name]
        if not test.skipped or test.message != message:
            raise AssertionError(
                f"Inner test '{name}' should have been skipped with '{message}', but its message is"
                f" '{test.message}' ({test.status})."
            )

    @keyword
    def other_listener_should_have_been_told_the_verdict(self) -> None:
        """Fail unless the listener `Told` of the inner run knows how each test ended."""
        assert self._suite is not None
        told = json.loads((self._folder / "told.json").read_text("utf-8"))
        tests = list(self._suite.all_tests)
        if told != [
            {"name": test.name, "status": test.status, "message": test.message} for test in tests
        ]:
            raise AssertionError(f"The listener was told: {told}")

    @keyword
    def only_matching_inner_tests_should_have_failed(self, pattern: str) -> None:
        """Fail unless the tests that match the pattern failed, each for one server error."""
        assert self._suite is not None
        for test in self._suite.all_tests:
            wanted = fnmatch.fnmatchcase(test.name, pattern)
            if test.failed != wanted or test.message.count("Server error:") != wanted:
                raise AssertionError(f"{test.full_name}: {test.status} {test.message}")

    @keyword
    def inner_message_should_contain(self, name: str, *texts: str) -> None:
        """Fail unless the message of a test of the inner run contains these texts."""
        message = self._tests[name].message
        for text in texts:
            if text not in message:
                raise AssertionError(f"'{text}' should be in: {message}")

    @keyword
    def inner_console_should_have(self, *texts: str) -> None:
        """Fail unless the inner run has written these texts to its console."""
        console = (self._folder / "console.txt").read_text("utf-8")
        for text in texts:
            if text not in console:
                raise AssertionError(f"'{text}' should be in: {console}")

    @keyword
    def inner_tests_should_have_evidence(self, *names: str) -> None:
        """Fail unless these tests of the inner run have evidence, and no other."""
        found = [name for name in self._tests if "class=rcp" in self._evidence(name)]
        if sorted(found) != sorted(names):
            raise AssertionError(f"These tests have evidence: {', '.join(found) or 'none'}.")

    @keyword
    def inner_test_should_show(self, name: str, *texts: str) -> None:
        """Fail unless the evidence of a test of the inner run contains these texts."""
        shown = self._evidence(name)
        for text in texts:
            if text not in shown:
                raise AssertionError(f"The evidence of '{name}' should have '{text}'.")

    @keyword
    def inner_test_should_not_show(self, name: str, *texts: str) -> None:
        """Fail if the evidence of a test of the inner run contains one of these texts."""
        shown = self._evidence(name)
        for text in texts:
            if text in shown:
                raise AssertionError(f"The evidence of '{name}' should not have '{text}'.")

    @keyword
    def inner_evidence_should_take_at_most(self, seconds: float) -> None:
        """Fail if the evidence of failed tests took longer than this in the median.

        It is collected between the end of a test's last keyword and the start of the next test.
        """
        tests = list(self._tests.values())
        steps = [
            test.teardown if test.has_teardown else test.body.filter(messages=False)[-1]
            for test in tests
        ]
        ends = [step.end_time for step in steps]
        pauses = [
            (after.start_time - end).total_seconds()
            for test, end, after in zip(tests[:-1], ends[:-1], tests[1:], strict=True)
            if test.failed
        ]
        logger.info(f"Seconds: {', '.join(f'{pause:.3f}' for pause in pauses)}")
        if statistics.median(pauses) > seconds:
            raise AssertionError(f"Evidence took {statistics.median(pauses):.3f} s.")

    def _evidence(self, name: str) -> str:
        return "\n".join(
            item.message
            for item in self._tests[name].body
            if item.type == item.MESSAGE and item.html
        )

    @keyword
    def inner_run_should_have(self, passed: int, failed: int, skipped: int = 0) -> None:
        """Fail unless this many tests of the inner run passed, failed and were skipped."""
        assert self._suite is not None
        counts = self._suite.statistics
        if (counts.passed, counts.failed, counts.skipped) != (passed, failed, skipped):
            raise AssertionError(f"The inner run had {counts.message}.")

    @keyword
    def inner_report_should_not_have(self, *texts: str) -> None:
        """Fail if the report of the inner run, or its console, has one of these texts.

        What SeleniumLibrary logs of its arguments does not count.
        """
        for file in ("output.xml", "log.html", "report.html", "console.txt"):
            written = _unpacked((self._folder / file).read_text("utf-8"))
            for line in written.splitlines():
                found = next((text for text in texts if text in line), "")
                if found and not _OF_SELENIUM_LIBRARY.search(line):
                    raise AssertionError(f"'{found}' should not be in {file}: {line[-2000:]}")

    @keyword
    def inner_run_should_have_taken_less_than_a_minute(self) -> None:
        """Fail if a time in the report is negative or too long, as by a clock that was moved."""
        assert self._suite is not None
        if not 0 <= self._suite.elapsed_time.total_seconds() < 60:
            raise AssertionError(f"The inner run took {self._suite.elapsed_time}.")
        for test in self._suite.all_tests:
            if not 0 <= test.elapsed_time.total_seconds() < 60:
                raise AssertionError(f"Inner test '{test.name}' took {test.elapsed_time}.")

    @keyword
    def inner_run_should_have_reported(self, message: str) -> None:
        """Fail unless an error or warning of the run begins with this message."""
        if not any(error.startswith(message) for error in self._errors):
            raise AssertionError(f"'{message}' should be among: {self._errors}")

    @keyword
    def inner_run_should_have_reported_nothing(self) -> None:
        """Fail if there was an error or warning of the run."""
        if self._errors:
            raise AssertionError(f"The inner run reported: {self._errors}")

    @keyword
    def nothing_should_be_left_of_inner_run(self) -> None:
        """Fail if a process or temporary file of the inner run is left after ten seconds."""
        # A program that does not end on request is killed five seconds later.
        deadline = time.monotonic() + 10
        while (left := self._left()) and time.monotonic() < deadline:
            time.sleep(0.05)
        if left:
            raise AssertionError(f"Left of the inner run: {', '.join(left)}.")

    @keyword
    def inner_run_should_have_processes(self, *parts: str) -> None:
        """Fail unless Robot and, for each part, a process with it in its command line run."""
        processes = self._processes()
        for part in ("robot", *parts):
            if not any(part in process for process in processes):
                raise AssertionError(f"No {part} among: {', '.join(processes)}.")

    @keyword
    def delete_inner_reports(self) -> None:
        """Delete the reports of the inner run, which nobody needs when the test has passed."""
        if not self._mark:  # its folder would be the current one
            raise AssertionError("There was no inner run whose reports could be deleted.")
        shutil.rmtree(self._folder)
        shutil.rmtree(self._temporary)

    def _left(self) -> list[str]:
        return [*self._processes(), *map(str, self._temporary.iterdir())]

    def _processes(self) -> list[str]:
        """Return number and command line of each process with the mark of the run (see proc(5))."""
        processes = []
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
                processes.append(f"{entry.name} {words}")
        return processes
