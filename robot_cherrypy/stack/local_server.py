"""What the servers of databases have in common: a free port, data of their own, restarts."""

import contextlib
import os
import secrets
import signal
import socket
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack.guarded_program import GuardedProgram

# How often another port is tried. Between its choice and its use another process can take a port,
# which is rare: five times in a row are no accident.
_ATTEMPTS = 5

# Where Linux keeps files in memory.
_MEMORY_FOLDER = "/dev/shm"  # noqa: S108 - the guard makes a folder there that only its user can enter

# How much space a server has to have there, in bytes: PostgreSQL's write-ahead log grows to 1 GiB
# before PostgreSQL shortens it (max_wal_size).
_NEEDED_SPACE = 2**30

# The end of the script of a server, whose command is the function `serve`. The server is started
# again if `LocalServer.restart` has stopped it, which leaves a file.
LOOP = """
while :; do serve "$@"; [ -e restart ] || exit; rm restart; done
"""


class LocalServer(ABC):
    """A server with data of its own, on a free port of the loopback address."""

    title: ClassVar[str]
    # The signals that stop the server: properly, and as in a crash.
    stop_signal: ClassVar[signal.Signals]
    crash_signal: ClassVar[signal.Signals]

    def __init__(self, timeout: float) -> None:
        """Set how long the server may take to start or restart, in seconds."""
        self._timeout = timeout
        self._password = secrets.token_urlsafe(12)
        self._port = 0
        self._program: GuardedProgram | None = None

    @property
    def program(self) -> GuardedProgram:
        """The running program."""
        assert self._program is not None
        return self._program

    def start(self) -> None:
        """Initialise the data, start the server, and wait until it accepts connections.

        Raises:
            StackError: The program is missing or did not start; no process and no file is left.
        """
        deadline = time.monotonic() + self._timeout
        for _ in range(_ATTEMPTS):
            self._port = _free_port()
            self._program = self._launch()
            try:
                self._wait_until_ready(deadline - time.monotonic())
            except BaseException as error:
                self.stop()
                # Another process may have taken the port: these servers inherit no bound socket.
                if isinstance(error, StackError) and not _is_free(self._port):
                    continue
                raise
            return
        raise StackError(
            f"{self.title} found its port taken, {_ATTEMPTS} times{self.program.output.tail}"
        )

    def stop(self) -> None:
        """Stop the server; return when no process and no file of it is left."""
        if self._program:
            self._program.stop()

    def restart(self, *, crash: bool = False) -> None:
        """Stop the server, start it again, and wait until it accepts connections.

        Args:
            crash: Whether the server stops as in a crash: it finishes nothing.

        Raises:
            StackError: The server did not start again.
        """
        before = self._process_id()
        (self.program.folder / "restart").touch()
        with contextlib.suppress(ProcessLookupError):  # it has ended: the wait below will say so
            os.kill(before, self.crash_signal if crash else self.stop_signal)
        self._wait_until_ready(self._timeout, before)

    def _wait_until_ready(self, timeout: float, before: int = 0) -> None:
        """Wait until the server accepts connections, and is another process than before."""

        def is_ready() -> bool:
            try:
                return self._process_id() != before and self._is_ready()
            except (FileNotFoundError, ValueError):  # the file with its number is not there yet
                return False

        self.program.wait_until(is_ready, timeout, "did not start")

    @abstractmethod
    def _launch(self) -> GuardedProgram:
        """Start the program with `_port` and `_password`."""

    @abstractmethod
    def _is_ready(self) -> bool:
        """Whether the server accepts connections."""

    @abstractmethod
    def _id_file(self) -> Path:
        """Return the file in whose first line the server writes the number of its process."""

    def _process_id(self) -> int:
        return int(self._id_file().read_text().split("\n")[0])


def memory_folder() -> str | None:
    """Return the folder in memory if there is one with enough space.

    A copy of a PostgreSQL database is three hundred files, which takes a quarter of the time there.
    """
    try:
        status = os.statvfs(_MEMORY_FOLDER)
    except OSError:
        return None
    has_space = status.f_bavail * status.f_frsize >= _NEEDED_SPACE
    is_writable = os.access(_MEMORY_FOLDER, os.W_OK | os.X_OK)
    return _MEMORY_FOLDER if has_space and is_writable else None


def _free_port() -> int:
    """Return a port of the loopback address on which no process listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _is_free(port: int) -> bool:
    """Whether no process listens on a port of the loopback address now."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
