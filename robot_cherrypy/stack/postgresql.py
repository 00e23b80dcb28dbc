"""A PostgreSQL server for the time of a test run."""

import contextlib
import os
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

from robot_cherrypy.stack import executables
from robot_cherrypy.stack.guarded_program import GuardedProgram
from robot_cherrypy.stack.local_server import LOOP, LocalServer, memory_folder

_USER = "postgres"

# The line of `postmaster.pid` with the server's state, and the state in which it accepts
# connections (PostgreSQL 15, src/include/utils/pidfile.h): the log may be in any language.
_STATE_LINE, _READY = 7, "ready"

# Nothing of the user's shell reaches the server: neither its language nor its time zone.
_ENVIRONMENT = {"LANGUAGE": "", "LC_ALL": "C.UTF-8", "LC_MESSAGES": "C", "TZ": "UTC"}

# The user and group `nobody` on Linux.
_NOBODY = "65534"

# PostgreSQL's own variables, such as PGDATESTYLE, would change its defaults.
_SCRIPT = """
programs=$1 port=$2 owner=$3
shift 3
unset $(env | sed -n 's/^\\(PG[A-Z_]*\\)=.*/\\1/p')
umask 077
mkdir data && printf '%s\\n' "$ROBOT_CHERRYPY_PASSWORD" >password || exit
if [ "$owner" ]; then chmod 711 . && chown "$owner" data password || exit; fi
"$@" "$programs/initdb" --pgdata=data --username=postgres --pwfile=password \\
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions \\
    >initdb.log 2>&1 || { cat initdb.log; exit 1; }
serve() {
    "$@" "$programs/postgres" -D data -F -h 127.0.0.1 -p "$port" \\
        -c unix_socket_directories= -c dynamic_shared_memory_type=mmap -c max_connections=200
}
"""


class Cluster(LocalServer):
    """A PostgreSQL server with data of its own, on a free port of the loopback address.

    It runs as the current user or, since PostgreSQL refuses to run as root, as nobody. Its data are
    never synchronised to the disk; where memory has enough space for them, they are kept there.
    """

    title = "PostgreSQL"
    # PostgreSQL documentation, "Shutting Down the Server": fast and immediate.
    stop_signal, crash_signal = signal.SIGINT, signal.SIGQUIT

    @property
    def url(self) -> str:
        """The URL of the administrative database, with the superuser's name and password."""
        return f"postgresql://{_USER}:{self._password}@127.0.0.1:{self._port}/postgres"

    def _is_ready(self) -> bool:
        lines = self._id_file().read_text().split("\n")
        return _READY in [line.strip() for line in lines[_STATE_LINE:]]

    def _id_file(self) -> Path:
        return self.program.folder / "data" / "postmaster.pid"

    def _launch(self) -> GuardedProgram:
        folder = executables.postgresql()
        owner, prefix = _unprivileged()
        return GuardedProgram(
            "PostgreSQL",
            ["/bin/sh", "-c", _SCRIPT + LOOP, "sh", folder, str(self._port), owner, *prefix],
            stop_signal=signal.SIGQUIT,
            environment={**_ENVIRONMENT, "ROBOT_CHERRYPY_PASSWORD": self._password},
            parent_folder=memory_folder() or (_folder_of_all() if owner else None),
        )


def _folder_of_all() -> str:
    """Return a folder for temporary files that every user can enter."""
    folder = Path(tempfile.gettempdir())
    if all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents)):
        return str(folder)
    return "/tmp"  # noqa: S108 - the guard makes a folder there that only its user can enter


def _unprivileged() -> tuple[str, list[str]]:
    """Return the owner of the data, and a prefix for commands that must not run as root.

    Both are empty for every user but root. In a user namespace root appears to be another user, and
    can still read its own folders. Where user namespaces are forbidden, as in many containers,
    PostgreSQL runs as nobody, who then has to own the data.
    """
    if os.geteuid() != 0:
        return "", []
    namespace = ["unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}"]
    with contextlib.suppress(FileNotFoundError):
        trial = subprocess.run([*namespace, "true"], check=False, capture_output=True)  # noqa: S603 - constants
        if trial.returncode == 0:
            return "", namespace
    return (
        f"{_NOBODY}:{_NOBODY}",
        ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"],
    )
