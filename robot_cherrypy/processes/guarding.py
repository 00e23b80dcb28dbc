"""Starts and ends the guard, the process in which a program lives that must not outlive us."""

import contextlib
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

END_TIMEOUT = 20.0

# Programs make sockets in their folder, and a socket's path has at most 104 characters.
LONGEST_FOLDER = 32

# The command line names neither this package nor the program, so that `pkill -f` with one of those
# names does not end the guard together with what it guards.
COMMAND = (
    getattr(sys, "_base_executable", sys.executable),
    "-ISc",
    "import sys; sys.path.insert(0, '.'); import guard; guard.main()",
)


class Guard:
    """A program that ends together with this process, however this process ends.

    With it end all processes that it started, and the folder that they write to is deleted. The
    folder is the program's current one and its `TMPDIR`.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        stop_signal: signal.Signals = signal.SIGKILL,
        descriptors: Sequence[int] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        parent: str | None = None,
    ) -> None:
        """Start the program.

        Args:
            command: The program's path and its arguments.
            stop_signal: What asks it to end; what has not ended after five seconds is killed.
            descriptors: Files of this process that the program inherits under the same numbers.
            environment: Variables besides those of this process, such as what nobody is to read on
                a command line.
            parent: Where its folder is made; the usual place for temporary files by default.
        """
        self.command = [str(word) for word in command]
        self.folder = Path(parent or temporary_folder(), f"robot-cherrypy-{secrets.token_hex(4)}")
        self.process = subprocess.Popen(  # noqa: S603, our own file on our own interpreter
            COMMAND,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent,
            pass_fds=descriptors,
            env={**os.environ, **environment},
            start_new_session=True,  # Ctrl-C is for the test run, which then ends its programs
        )
        self._end = weakref.finalize(self, end, self.process, os.getpid())
        self._order(str(self.folder), str(int(stop_signal)), *self.command)

    def _order(self, *words: str) -> None:
        order = os.fsencode("\0".join(words))
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):  # it has died, which whoever waits will notice
            self.process.stdin.write(b"%d\n%s" % (len(order), order))

    def order_end(self) -> None:
        """Let the program end, without waiting for it."""
        order_end(self.process)

    def end(self) -> None:
        """End the program, and return when nothing of it is left."""
        self._end()


def temporary_folder() -> str:
    """Choose where the guard makes its folder."""
    folder = tempfile.gettempdir()
    return folder if len(folder) <= LONGEST_FOLDER else "/tmp"  # noqa: S108, made there with 0700


def end(process: subprocess.Popen[bytes], owner: int) -> None:
    """Order a guard to end and wait for it, unless this process is a mere fork of its starter."""
    assert process.stdout
    if os.getpid() != owner:
        return
    order_end(process)
    process.stdout.close()
    wait(process)


def order_end(process: subprocess.Popen[bytes]) -> None:
    """Order a guard to end."""
    assert process.stdin
    if process.stdin.closed:
        return
    with contextlib.suppress(BrokenPipeError):  # it has ended already
        process.stdin.write(b"\n")
    process.stdin.close()


def wait(process: subprocess.Popen[bytes]) -> None:
    """Wait for a guard to end; `Popen.wait` alone sleeps for up to 50 ms at a time."""
    with contextlib.suppress(OSError, AttributeError):  # Linux before 5.3, other systems
        descriptor = os.pidfd_open(process.pid)
        try:
            select.select([descriptor], [], [], END_TIMEOUT)
        finally:
            os.close(descriptor)
    process.wait(END_TIMEOUT)
