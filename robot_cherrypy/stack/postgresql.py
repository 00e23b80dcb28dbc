"""A PostgreSQL server for the time of a test run."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import programs
from robot_cherrypy.stack.part import Part

_USER = "postgres"
_ATTEMPTS = 5
_READY = "database system is ready to accept connections"
_NOBODY = "65534"
_MEMORY = "/dev/shm"  # noqa: S108 - the guard makes its folder there with 0700
_ROOM = 2**30  # bytes

# The loop is what `restart` counts on: a server that was asked to end, and has, is started again.
_SCRIPT = """
programs=$1 port=$2 owner=$3
shift 3
umask 077
mkdir data && printf '%s\\n' "$ROBOT_CHERRYPY_PASSWORD" >password || exit
if [ "$owner" ]; then chmod 711 . && chown "$owner" data password || exit; fi
"$@" "$programs/initdb" --pgdata=data --username=postgres --pwfile=password \\
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions \\
    >initdb.log 2>&1 || { cat initdb.log; exit 1; }
while "$@" "$programs/postgres" -D data -F -h 127.0.0.1 -p "$port" \\
    -c unix_socket_directories= -c dynamic_shared_memory_type=mmap -c max_connections=200
do :; done
"""


class Cluster:
    """A PostgreSQL server with data of its own, on a free port of the loopback address.

    It runs as the current user or, since PostgreSQL refuses root, as nobody. Nothing that it writes
    is synchronised to the disk, and where memory has room for it, it is not on a disk at all.
    """

    def __init__(self, timeout: float) -> None:
        """Choose how long it may take to start or restart, in seconds."""
        self._timeout = timeout
        self._password = secrets.token_urlsafe(12)
        self._port = 0
        self._part: Part | None = None

    @property
    def url(self) -> str:
        """Of its administrative database, with the superuser's name and password."""
        return f"postgresql://{_USER}:{self._password}@127.0.0.1:{self._port}/postgres"

    @property
    def part(self) -> Part:
        """The running program."""
        assert self._part is not None
        return self._part

    def start(self) -> None:
        """Make the cluster and wait until it accepts connections.

        Raises:
            StackError: There is no PostgreSQL, or it did not start; nothing of it is left.
        """
        folder = programs.postgresql()
        deadline = time.monotonic() + self._timeout
        for _ in range(_ATTEMPTS):
            self._port = free_port()
            self._part = self._spawn(folder)
            try:
                self._part.await_line(_READY, deadline - time.monotonic())
            except BaseException as error:
                self.stop()
                # Somebody may have taken the port meanwhile; PostgreSQL inherits no socket.
                if isinstance(error, StackError) and "in use" in self.part.output.text:
                    continue
                raise
            return
        raise StackError(
            f"PostgreSQL found its port taken, {_ATTEMPTS} times{self.part.output.tail}"
        )

    def stop(self) -> None:
        """End it; nothing of it is left."""
        if self._part:
            self._part.end()

    def restart(self, *, crash: bool = False) -> None:
        """Stop it, start it again, and wait until it accepts connections.

        Args:
            crash: Whether it stops as in a crash, without finishing anything, and has to recover.

        Raises:
            StackError: It did not start again.
        """
        before = self.part.output.count
        # PostgreSQL documentation, "Shutting Down the Server": immediate and fast.
        number = signal.SIGQUIT if crash else signal.SIGINT
        with contextlib.suppress(ProcessLookupError):  # it has ended, as the wait will tell
            os.kill(self.process_id(), number)
        self.part.await_line(_READY, self._timeout, after=before)

    def process_id(self) -> int:
        """Of the server, as its lock file says."""
        return int((self.part.folder / "data" / "postmaster.pid").read_text().split("\n")[0])

    def _spawn(self, folder: Path) -> Part:
        owner, words = unprivileged()
        return Part(
            "PostgreSQL",
            ["/bin/sh", "-c", _SCRIPT, "sh", folder, str(self._port), owner, *words],
            stop_signal=signal.SIGQUIT,
            environment={"ROBOT_CHERRYPY_PASSWORD": self._password},
            parent=memory(),
        )


def memory() -> str | None:
    """Return where files are kept in memory (Linux), if there is a place with enough room.

    A copy of a database is three hundred files, which takes a quarter of the time there.
    """
    try:
        found = os.statvfs(_MEMORY)
    except OSError:
        return None
    has_room = found.f_bavail * found.f_frsize >= _ROOM
    return _MEMORY if has_room and os.access(_MEMORY, os.W_OK | os.X_OK) else None


def free_port() -> int:
    """Return a port of the loopback address on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def unprivileged() -> tuple[str, list[str]]:
    """Return who has to own the data, and the words before a command that keep it from being root.

    In a user namespace root seems to be somebody else and can still read its own folders; where
    such are forbidden, as in many containers, root becomes nobody for good.
    """
    if os.geteuid() != 0:
        return "", []
    namespace = ["unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}"]
    with contextlib.suppress(FileNotFoundError):
        if not subprocess.run([*namespace, "true"], check=False, capture_output=True).returncode:  # noqa: S603
            return "", namespace
    return (
        f"{_NOBODY}:{_NOBODY}",
        ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"],
    )
