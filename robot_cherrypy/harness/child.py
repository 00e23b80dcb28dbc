"""A child process that serves an application, and the pipes to it.

What a child is told in which way stands in `child_main`, which runs in it.
"""

import ast
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from typing import IO, Any

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import child_breakpoint
from robot_cherrypy.harness.child_coverage import CHILD_COVERAGE
from robot_cherrypy.harness.environment import merged
from robot_cherrypy.harness.loading import USED_APPLICATIONS
from robot_cherrypy.harness.server import Launch, Stopped
from robot_cherrypy.harness.server_thread import DRAIN
from robot_cherrypy.processes.output import Output
from robot_cherrypy.stacks import as_text
from robot_cherrypy.traffic import wire

# How long an error message waits for the last lines of output, in seconds. The output of a process
# that still runs has no end; what was printed before is read much sooner than this.
_LAST_OUTPUT_TIMEOUT = 0.2


# How much longer than its application a child process may take to start or stop, in seconds: Python
# and CherryPy start in about one.
_LATER = 1.0


class _EndedError(ServerError):
    """A child process has ended, or is about to: its pipes are closed."""

    def __init__(self) -> None:
        super().__init__("it has ended")


class Child:
    """`robot-cherrypy serve` as a process that cannot outlive this one.

    Args:
        launch: What it serves, and how.
        output: Gets what it prints.
        receiver: Gets the records that it reports.
    """

    def __init__(self, launch: Launch, output: Output, receiver: wire.Receiver) -> None:
        USED_APPLICATIONS.add((launch.application, launch.search_path, True))
        self._alias, self._timeout = launch.alias, launch.timeout
        self._output, self._receiver = output, receiver
        # What the child reported of itself: its `url`; the `error` that kept it from starting; the
        # requests that were `cut`; its `end_reason`.
        self.facts: dict[str, Any] = {}
        self._has_reports = True
        self._news = threading.Condition()
        self._numbers = itertools.count(1)
        self._responses: dict[int, Future[Any]] = {}
        self._process, self._reports = _spawn(launch)
        self._report_reader = threading.Thread(target=self._read_reports, daemon=True)
        self._output_reader = threading.Thread(target=self._read_output, daemon=True)
        self._report_reader.start()
        self._output_reader.start()

    @property
    def process_id(self) -> int:
        """The identifier of the process."""
        return self._process.pid

    @property
    def end_reason(self) -> str | None:
        """See `Server.end_reason`."""
        code = self._exit_code()
        if code is not None:
            self._report_reader.join(self._timeout)
        reason: str | None = self.facts.get("end_reason")
        return reason if code is None else reason or f"its process {_exit(code)}"

    def wait_until_ready(self) -> None:
        """Wait until the child has reported its URL.

        A connection to the port would prove nothing: another process may have the port.

        Raises:
            ServerError: The child reported an error, ended, or was not ready in time.
        """
        with self._news:
            # A little longer than the application has, whose error says more than a time-out here.
            self._news.wait_for(self._is_ready_or_failed, self._timeout + _LATER)
        if "error" in self.facts:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(DRAIN)  # it still calls stop listeners
            raise ServerError(f"Server '{self._alias}' did not start: {self.facts['error']}")
        if "url" in self.facts:
            return
        if self._has_reports:
            raise ServerError(
                f"Server '{self._alias}' was not ready within {self._timeout:g} s"
                f"{self._tail()}{self._startup_stacks()}"
            )
        code = self._process.wait(self._timeout)
        raise ServerError(
            f"Server '{self._alias}' did not start: its process {_exit(code)}{self._tail()}"
        )

    def _startup_stacks(self) -> str:
        """Return where the start-up is, as the end of a message."""
        try:
            return as_text(self.ask("stacks", within=0))
        except ServerError:
            return ""

    def ask(self, command: str, *, within: float = 0.0, **arguments: Any) -> Any:
        """Let the child run a command; return what it responds.

        Args:
            command: Name of a method of `child_main._Commands`.
            within: How long the command itself may take, in seconds.
            arguments: Of the method, as JSON can hold them.

        Raises:
            ServerError: The child has ended, the command raised, or there was no response in time.
        """
        response: Future[Any] = Future()
        number = next(self._numbers)
        self._responses[number] = response
        try:
            self._send({"number": number, "command": command, "arguments": arguments})
            return response.result(within + self._timeout)
        except (TimeoutError, ServerError) as error:
            if isinstance(error, _EndedError):
                self._report_reader.join(self._timeout)
            cause = self.end_reason or f"it did not answer: {error}"
            raise ServerError(f"Server '{self._alias}' cannot be asked: {cause}.") from error
        finally:
            self._responses.pop(number, None)

    def stop(self) -> Stopped:
        """Ask the child to end as a service manager does, and kill it if it does not."""
        ended_before = self._exit_code() is not None
        end_reason = self.end_reason if ended_before else None
        if not ended_before:
            self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(DRAIN + self._timeout + _LATER)
        code = self._process.returncode
        if code is not None:
            self._report_reader.join(self._timeout)
        errors = list(self.facts.get("errors", ()))
        if code is None:
            errors.append(f"its process did not end within {DRAIN + self._timeout:g} s")
        elif not (errors or ended_before) and code not in {0, -signal.SIGTERM}:
            errors.append(f"its process {_exit(code)}{self._tail()}")
        self.kill()
        return Stopped(tuple(self.facts.get("cut", ())), tuple(errors), end_reason)

    def kill(self) -> None:
        """End the child and all that it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._output_reader.join(self._timeout)
        self._report_reader.join(self._timeout)
        for stream in (self._process.stdin, self._process.stdout, self._reports):
            if stream is not None:
                # What was written to its standard input and not read cannot be written any more.
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def _exit_code(self) -> int | None:
        """Return the exit code of the process, None if it runs.

        Its pipes close before it has ended. Then its end is near, and is waited for.
        """
        if self._has_reports:
            return self._process.poll()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(self._timeout)
        return self._process.returncode

    def _is_ready_or_failed(self) -> bool:
        return not self._has_reports or "url" in self.facts or "error" in self.facts

    def _send(self, command: dict[str, Any]) -> None:
        line = json.dumps(command).encode() + b"\n"
        assert self._process.stdin is not None
        if not self._has_reports:
            raise _EndedError
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError) as error:  # it has ended; `kill` has closed the pipe
            raise _EndedError from error

    def _read_reports(self) -> None:
        """Read what the child reports until it has ended; runs on a thread of its own."""
        for line in self._reports:
            if not line.endswith(b"\n"):
                break  # it ended while it wrote this
            report = json.loads(line)
            with self._news:
                if "response" in report:
                    self._note_response(report)
                elif not self._receiver.receive(report):
                    self.facts.update(report)
                self._news.notify_all()
        with self._news:
            self._has_reports = False
            self._news.notify_all()
        for response in list(self._responses.values()):
            if not response.done():
                response.set_exception(_EndedError())

    def _note_response(self, report: dict[str, Any]) -> None:
        response = self._responses.get(report["response"])
        if response is None:
            return  # the command took too long, and its caller has got an error
        if "error" in report:
            response.set_exception(ServerError(report["error"]))
        else:
            response.set_result(report["value"])

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._output.add([line.decode(errors="replace")])

    def _tail(self) -> str:
        """Return the end of an error message, with the last lines of output."""
        self._output_reader.join(_LAST_OUTPUT_TIMEOUT)
        return self._output.tail


def _spawn(launch: Launch) -> tuple["subprocess.Popen[bytes]", IO[bytes]]:
    """Start the process and tell it what to do; return it and the pipe that it reports to."""
    instructions = _instructions(launch)
    reports, write_end = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - our own command
            _command(launch, write_end),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[write_end],
            # A group of its own: Ctrl-C is for the test run, and all of the group can be killed.
            start_new_session=True,
            env=_environment(launch),
            cwd=launch.folder,
        )
    finally:
        os.close(write_end)
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it has died, which `wait_until_ready` reports
        process.stdin.write(instructions)
        process.stdin.flush()
    return process, os.fdopen(reports, "rb")


def _environment(launch: Launch) -> dict[str, str]:
    environment = {"PYTHONBREAKPOINT": child_breakpoint.NAME, **merged(launch.environment)}
    return {**environment, "PYTHONPATH": os.pathsep.join(sys.path)}


def _command(launch: Launch, report_to: int) -> list[str]:
    folders = [word for folder in launch.search_path for word in ("--app-dir", str(folder))]
    return [
        *(sys.executable, "-m", "robot_cherrypy", "serve", launch.application),
        *("--server", launch.kind, "--host", launch.host, "--port", str(launch.port)),
        *("--mount", launch.mount, "--timeout", str(launch.timeout), *folders),
        *("--report-to", str(report_to)),
    ]


def _instructions(launch: Launch) -> bytes:
    """Return the first line for the child's standard input.

    Raises:
        ServerError: A value of the configuration is no Python literal. CherryPy's own configuration
            files hold nothing else.
    """
    for section, entries in launch.configuration.items():
        for key, value in entries.items():
            try:
                ast.literal_eval(repr(value))
            except (ValueError, SyntaxError) as error:
                raise ServerError(
                    f"Server '{launch.alias}' runs in another process, and the value of '{key}' in"
                    f" section '{section}' cannot be sent there: {value!r}. Use isolation=thread."
                ) from error
    instructions = {
        "configuration": launch.configuration,
        "coverage": CHILD_COVERAGE.instructions,
        "long_polls": launch.long_polls,
    }
    return repr(instructions).encode() + b"\n"


def _exit(code: int) -> str:
    """Say how a process ended, by its exit code."""
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
