"""Starts and ends the guard, the process in which a driver and its browser live."""

import contextlib
import os
import re
import select
import selectors
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Sequence
from pathlib import Path

from robot_cherrypy.errors import BrowserError

START_TIMEOUT = 30.0
END_TIMEOUT = 20.0
READY = re.compile(rb"(?:started successfully on port |Listening on \S*:)(\d+)")

# Chromium makes a socket in its temporary folder, and a socket's path has at most 104 characters.
LONGEST_FOLDER = 32

# The command line names neither this package nor the driver, so that `pkill -f` with one of those
# names does not end the guard together with what it guards.
COMMAND = (
    getattr(sys, "_base_executable", sys.executable),
    "-ISc",
    "import sys; sys.path.insert(0, '.'); import guard; guard.main()",
)


class Guard:
    """A driver that ends together with this process, however this process ends.

    With it end all its browsers, and the folder that all of them write to is deleted.
    """

    def __init__(self, command: Sequence[str | Path]) -> None:
        self.command = [str(word) for word in command]
        self.process = subprocess.Popen(  # noqa: S603, our own file on our own interpreter
            COMMAND,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent,
            env={**os.environ, "TMPDIR": temporary_folder()},
            start_new_session=True,  # Ctrl-C is for the test run, which then ends its browsers
        )
        self._end = weakref.finalize(self, end, self.process, os.getpid())
        self._write("\0".join(self.command))

    def _write(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(os.fsencode(f"{line}\n"))

    def port(self) -> int:
        """Wait until the driver listens, and return its port.

        Raises:
            BrowserError: It ended before that, or took too long.
        """
        output = b""
        deadline = time.monotonic() + START_TIMEOUT
        assert self.process.stdout
        with self.process.stdout as pipe, selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while selector.select(deadline - time.monotonic()):
                data = pipe.read(65536)
                output += data
                ready = READY.search(output)
                if ready:
                    return int(ready[1])
                if not data:
                    break
        self.end()
        said = output.decode(errors="replace").strip() or "nothing"
        raise BrowserError(f"{self.command[0]} did not get to listen on a port; it said: {said}")

    def end(self) -> None:
        """End driver and browsers, and return when none of them is left."""
        self._end()


def temporary_folder() -> str:
    """Choose where the guard makes its folder."""
    folder = tempfile.gettempdir()
    return folder if len(folder) <= LONGEST_FOLDER else "/tmp"  # noqa: S108, made there with 0700


def end(process: subprocess.Popen[bytes], owner: int) -> None:
    """Order a guard to end and wait for it, unless this process is a mere fork of its starter."""
    assert process.stdin
    assert process.stdout
    if os.getpid() != owner:
        return
    with contextlib.suppress(BrokenPipeError):  # it has ended already
        process.stdin.write(b"\n")
    process.stdin.close()
    process.stdout.close()
    wait(process)


def wait(process: subprocess.Popen[bytes]) -> None:
    """Wait for a guard to end; `Popen.wait` alone sleeps for up to 50 ms at a time."""
    with contextlib.suppress(OSError, AttributeError):  # Linux before 5.3, other systems
        descriptor = os.pidfd_open(process.pid)
        try:
            select.select([descriptor], [], [], END_TIMEOUT)
        finally:
            os.close(descriptor)
    process.wait(END_TIMEOUT)
