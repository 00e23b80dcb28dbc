"""Servers in child processes."""

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
from typing import Any

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import child_coverage
from robot_cherrypy.harness.listening import DRAIN
from robot_cherrypy.harness.server import Launch, Server, Stopped
from robot_cherrypy.processes.output import Output
from robot_cherrypy.traffic import wire
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.faults import Fault


class ChildProcessServer(Server):
    """`robot-cherrypy serve` as a child that cannot outlive this process."""

    def __init__(self, launch: Launch) -> None:
        super().__init__(launch)
        self._facts: dict[str, Any] = {}
        self.output = Output()
        self._records = wire.Reader(launch.alias)
        self._news = threading.Condition()
        self._reading = True
        self._requests = itertools.count(1)
        self._answers: dict[int, Future[Any]] = {}

    @property
    def url(self) -> str:
        """See `Server.url`."""
        url: str = self._facts.get("url", "")
        return url

    @property
    def ended_by(self) -> str | None:
        """See `Server.ended_by`."""
        if self._process.poll() is not None:
            self._reader.join(self.launch.timeout)
        cause: str | None = self._facts.get("ended_by")
        if cause is None and self._process.poll() is not None:
            cause = f"its process {_ending(self._process.returncode)}"
        return cause

    @property
    def process_id(self) -> int:
        """Of the child."""
        return self._process.pid

    def start(self) -> None:
        """See `Server.start`."""
        self._spawn()
        try:
            self._await_url()
        except BaseException:
            self.kill()
            raise
        child_coverage.add(self)

    def switch_coverage(self, context: str) -> None:
        """Let what the child does count for a test, or for what is between tests."""
        if not self.is_stopped and self.ended_by is None:
            self._ask("switch_coverage", context=context)

    def in_flight(self) -> list[Exchange]:
        """See `Server.in_flight`."""
        return self._read(self._ask("in_flight"))

    def wait_until_idle(self, timeout: float, except_paths: tuple[str, ...] = ()) -> list[Exchange]:
        """See `Server.wait_until_idle`."""
        return self._read(
            self._ask("wait_until_idle", within=timeout, timeout=timeout, except_paths=except_paths)
        )

    def settle(self, since: float, timeout: float) -> None:
        """See `Server.settle`."""
        self._ask("settle", within=timeout, since=since, timeout=timeout)

    def arm(self, fault: Fault) -> None:
        """See `Server.arm`."""
        self._ask("arm", **fault.as_json())

    def clear_faults(self, owner: str | None = None) -> None:
        """See `Server.clear_faults`."""
        self._ask("clear_faults", owner=owner)

    def refuse_connections(self) -> None:
        """See `Server.refuse_connections`."""
        self._ask("refuse_connections", within=DRAIN)

    def accept_connections(self) -> None:
        """See `Server.accept_connections`."""
        self._ask("accept_connections")

    def _read(self, exchanges: list[dict[str, Any]]) -> list[Exchange]:
        return [self._records.exchange(one) for one in exchanges]

    def stop(self) -> Stopped:
        """See `Server.stop`."""
        ended_before = self._process.poll() is not None
        if not ended_before:
            self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(DRAIN + self.launch.timeout)
        errors = []
        if self._process.poll() is None:
            errors.append(f"its process did not end within {DRAIN + self.launch.timeout:g} s")
        elif not ended_before and self._process.returncode not in {0, -signal.SIGTERM}:
            errors.append(f"its process {_ending(self._process.returncode)}{self._tail()}")
        self.kill()
        return Stopped(tuple(self._facts.get("cut", ())), tuple(errors))

    def kill(self) -> None:
        """End the child and all that it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._drain.join(self.launch.timeout)
        self._reader.join(self.launch.timeout)
        for stream in (self._process.stdin, self._process.stdout, self._reports):
            if stream is not None:
                stream.close()

    def _spawn(self) -> None:
        launch = self.launch
        configuration = _as_literal(launch)
        reports, write_end = os.pipe()
        command = [
            *(sys.executable, "-m", "robot_cherrypy", "serve", launch.application),
            *("--server", launch.kind, "--host", launch.host, "--port", str(launch.port)),
            *("--mount", launch.mount, "--supervised", str(write_end)),
        ]
        for folder in launch.search_path:
            command += ["--app-dir", str(folder)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[write_end],
                # A group of its own: Ctrl-C is the test run's, and all of it can be killed.
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
        finally:
            os.close(write_end)
        self._reports = os.fdopen(reports, "rb")
        self._reader = threading.Thread(target=self._read_reports, daemon=True)
        self._drain = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()
        self._drain.start()
        self._send(configuration)

    def _await_url(self) -> None:
        """Wait for the child's own word, which no other process on the port can give."""
        with self._news:
            self._news.wait_for(self._has_news, self.launch.timeout)
        if "error" in self._facts:
            raise ServerError(f"Server '{self.alias}' did not start: {self._facts['error']}")
        if "url" in self._facts:
            return
        if not self._reading:
            self._process.wait(self.launch.timeout)
            ending = _ending(self._process.returncode)
            raise ServerError(
                f"Server '{self.alias}' did not start: its process {ending}{self._tail()}"
            )
        raise ServerError(
            f"Server '{self.alias}' was not ready within {self.launch.timeout:g} s.{self._tail()}"
        )

    def _has_news(self) -> bool:
        return not self._reading or "url" in self._facts or "error" in self._facts

    def _ask(self, command: str, *, within: float = 0.0, **arguments: Any) -> Any:
        """Let the child do something; return its answer.

        Raises:
            ServerError: It has ended, could not do it, or did not answer.
        """
        answer: Future[Any] = Future()
        number = next(self._requests)
        self._answers[number] = answer
        request = {"reply": number, "command": command, "arguments": arguments}
        try:
            self._send(json.dumps(request))
            return answer.result(within + self.launch.timeout)
        except (OSError, TimeoutError, ServerError) as error:
            cause = self.ended_by or f"it did not answer: {error}"
            raise ServerError(f"Server '{self.alias}' cannot be asked: {cause}.") from error
        finally:
            self._answers.pop(number, None)

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def _read_reports(self) -> None:
        """Take in what the child reports, on a thread of its own, until it has ended."""
        for line in self._reports:
            message = json.loads(line)
            with self._news:
                if "reply" in message:
                    self._answer(message)
                elif not self._records.read(message):
                    self._facts.update(message)
                self._news.notify_all()
        with self._news:
            self._reading = False
            self._news.notify_all()
        for answer in list(self._answers.values()):
            if not answer.done():
                answer.set_exception(ServerError("it has ended"))

    def _answer(self, message: dict[str, Any]) -> None:
        answer = self._answers.get(message["reply"])
        if answer is None:
            return  # whoever asked has given up
        if "error" in message:
            answer.set_exception(ServerError(message["error"]))
        else:
            answer.set_result(message["value"])

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.output.add([line.decode(errors="replace")])

    def _tail(self) -> str:
        """What it printed last, for an error message."""
        self._drain.join(0.2)
        return self.output.tail


def _as_literal(launch: Launch) -> str:
    """Write the configuration as Python literals, which is what CherryPy's files hold.

    Raises:
        ServerError: A value is none.
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
    return repr(launch.configuration)


def _ending(code: int) -> str:
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
