"""Starts and stops guards, each the parent of one program (see `guard_main`)."""

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

# How long a program may take to end after its stop signal, in seconds, before it is killed.
# PostgreSQL gives its own processes as long (postmaster.c, SIGKILL_CHILDREN_AFTER_SECS).
_STOP_TIMEOUT = 5.0

# How much longer than its program a guard may take to end, in seconds: to kill what is left and
# delete the folder where the machine is busy.
_LATER = 15.0

# Programs make sockets in their folder, and the path of a socket has at most 103 characters (macOS;
# Linux: 107). The longest, Chromium's `/org.chromium.Chromium.XXXXXX/SingletonSocket`, takes 45 of
# them, and our folder's own name 24 with its slash.
_LONGEST_TEMPORARY_FOLDER = 32

# The command line names neither this package nor the program, so that `pkill -f` with one of those
# names does not end the guard together with the program.
_COMMAND = (
    getattr(sys, "_base_executable", sys.executable),
    "-ISc",
    "import sys; sys.path.insert(0, '.'); import guard_main; guard_main.main()",
)


class Guard:
    """A program that ends together with this process, however this process ends.

    All processes that it started end with it. It runs in a folder of its own, which is also its
    `TMPDIR` and is deleted at its end.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        stop_signal: signal.Signals = signal.SIGKILL,
        stop_timeout: float = _STOP_TIMEOUT,
        descriptors: Sequence[int] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        parent_folder: str | None = None,
    ) -> None:
        """Start the program.

        Args:
            command: The program's path and its arguments.
            stop_signal: The signal that asks the program to end.
            stop_timeout: How long after it the program and all that it started are killed, in
                seconds.
            descriptors: Open files of this process that the program inherits under the same
                numbers.
            environment: Environment variables in addition to those of this process, such as a
                password, which everybody could read on a command line.
            parent_folder: Where the program's folder is made, by default the usual place for
                temporary files.
        """
        self.command = [str(word) for word in command]
        parent = parent_folder or _temporary_folder()
        self.folder = Path(parent, f"robot-cherrypy-{secrets.token_hex(4)}")
        self.process = subprocess.Popen(  # noqa: S603 - our own file on our own interpreter
            _COMMAND,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent,
            pass_fds=descriptors,
            env={**os.environ, **environment},
            start_new_session=True,  # Ctrl-C is for the test run, which then stops its programs
        )
        self._stop = weakref.finalize(self, _stop, self.process, os.getpid(), stop_timeout + _LATER)
        self._send_order(str(self.folder), str(int(stop_signal)), str(stop_timeout), *self.command)

    def _send_order(self, *words: str) -> None:
        order = os.fsencode("\0".join(words))
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):  # the guard has died: its output will end
            self.process.stdin.write(b"%d\n%s" % (len(order), order))

    def request_stop(self) -> None:
        """Ask the guard to stop the program, without waiting for it."""
        _request_stop(self.process)

    def stop(self) -> None:
        """Stop the program; return when no process and no file of it is left."""
        self._stop()


def _temporary_folder() -> str:
    folder = tempfile.gettempdir()
    if len(folder) <= _LONGEST_TEMPORARY_FOLDER:
        return folder
    return "/tmp"  # noqa: S108 - the guard makes a folder there that only its user can enter


# Functions, not methods of `Guard`: a finalizer must not hold the object whose end it waits for.


def _stop(process: subprocess.Popen[bytes], owner: int, timeout: float) -> None:
    """Stop a guard and wait for its end, except in a fork of the process that started it."""
    assert process.stdout
    if os.getpid() != owner:
        return
    _request_stop(process)
    process.stdout.close()
    _wait(process, timeout)


def _request_stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    if process.stdin.closed:
        return
    with contextlib.suppress(BrokenPipeError):  # it has ended already
        process.stdin.write(b"\n")
    process.stdin.close()


def _wait(process: subprocess.Popen[bytes], timeout: float) -> None:
    """Wait for a guard's end; `Popen.wait` alone would sleep for up to 50 ms at a time."""
    with contextlib.suppress(OSError, AttributeError):  # Linux before 5.3, other systems
        descriptor = os.pidfd_open(process.pid)
        try:
            select.select([descriptor], [], [], timeout)
        finally:
            os.close(descriptor)
    process.wait(timeout)
