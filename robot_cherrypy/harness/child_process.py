"""Servers in child processes."""

import ast
import collections
import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.listening import DRAIN
from robot_cherrypy.harness.server import Launch, Server, Stopped

_OUTPUT_LINES = 1000
_TAIL_LINES = 20


class ChildProcessServer(Server):
    """`robot-cherrypy serve` as a child that cannot outlive this process."""

    def __init__(self, launch: Launch) -> None:
        super().__init__(launch)
        self._facts: dict[str, Any] = {}
        self._output: collections.deque[str] = collections.deque(maxlen=_OUTPUT_LINES)
        self._stopping = False

    @property
    def url(self) -> str:
        """See `Server.url`."""
        url: str = self._facts.get("url", "")
        return url

    @property
    def ended_by(self) -> str | None:
        """See `Server.ended_by`."""
        self._read_reports()
        cause: str | None = self._facts.get("ended_by")
        if cause is None and self._process.poll() is not None:
            cause = f"its process {_ending(self._process.returncode)}"
        return cause

    @property
    def process_id(self) -> int:
        """Of the child."""
        return self._process.pid

    def output(self) -> str:
        """What the child has written to standard output and standard error, its last 1000 lines."""
        return "".join(self._output)

    def start(self) -> None:
        """See `Server.start`."""
        self._spawn()
        try:
            self._await_url()
        except BaseException:
            self.kill()
            raise

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
        self._read_reports()
        for stream in (self._process.stdin, self._process.stdout, self._reports):
            if stream is not None:
                stream.close()

    def _spawn(self) -> None:
        launch = self.launch
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
        self._reports = os.fdopen(reports, "rb", buffering=0)
        os.set_blocking(reports, False)
        self._unread = b""
        self._drain = threading.Thread(target=self._read_output, daemon=True)
        self._drain.start()
        assert self._process.stdin is not None
        self._process.stdin.write(_as_literal(launch).encode() + b"\n")
        self._process.stdin.flush()

    def _await_url(self) -> None:
        """Wait for the child's own word, which no other process on the port can give."""
        deadline = time.monotonic() + self.launch.timeout
        with selectors.DefaultSelector() as selector:
            selector.register(self._reports, selectors.EVENT_READ)
            while "url" not in self._facts:
                selector.select(max(0.0, deadline - time.monotonic()))
                open_still = self._read_reports()
                if "error" in self._facts:
                    raise ServerError(
                        f"Server '{self.alias}' did not start: {self._facts['error']}"
                    )
                if "url" not in self._facts and not open_still:
                    self._process.wait(self.launch.timeout)
                    ending = _ending(self._process.returncode)
                    raise ServerError(
                        f"Server '{self.alias}' did not start: its process {ending}{self._tail()}"
                    )
                if "url" not in self._facts and time.monotonic() >= deadline:
                    raise ServerError(
                        f"Server '{self.alias}' was not ready within {self.launch.timeout:g} s."
                        f"{self._tail()}"
                    )

    def _read_reports(self) -> bool:
        """Take in the child's reports; return whether there may be more."""
        if self._reports.closed:
            return False
        while (data := self._reports.read(65536)) is not None:
            if not data:
                return False
            *lines, self._unread = (self._unread + data).split(b"\n")
            for line in lines:
                self._facts.update(json.loads(line))
        return True

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._output.append(line.decode(errors="replace"))

    def _tail(self) -> str:
        """What it printed last, for an error message."""
        self._drain.join(0.2)
        lines = list(self._output)[-_TAIL_LINES:]
        return ". Its output ended with:\n" + "".join(lines).rstrip() if lines else "."


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
