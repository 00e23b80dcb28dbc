"""A MariaDB server for the time of a test run."""

import signal
from pathlib import Path

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables
from robot_cherrypy.stack.guarded_program import GuardedProgram
from robot_cherrypy.stack.local_server import LOOP, LocalServer, memory_folder
from robot_cherrypy.stack.mariadb_databases import MariadbDatabases

_USER = "robot"

# Run at each start. By the users that are there at first, everybody on the machine could do
# everything.
_SETUP = """\
CREATE USER IF NOT EXISTS '{user}'@'127.0.0.1' IDENTIFIED BY '{password}';
GRANT ALL ON *.* TO '{user}'@'127.0.0.1' WITH GRANT OPTION;
DROP USER IF EXISTS
    'root'@'localhost', 'root'@'127.0.0.1', 'root'@'::1', ''@'localhost', ''@'127.0.0.1';
CREATE DATABASE IF NOT EXISTS test;
"""

# Files with settings of the machine or the user are not read. MariaDB refuses to run as root unless
# it is told to. Data are never synchronised to the disk, and binary logs nobody reads.
_SCRIPT = """
server=$1 install=$2 port=$3
umask 077
printf %s "$ROBOT_CHERRYPY_SETUP" >setup.sql || exit
"$install" --no-defaults --datadir="$PWD/data" --user="$(id -un)" --skip-test-db \\
    --auth-root-authentication-method=normal >install.log 2>&1 || { cat install.log; exit 1; }
serve() {
    "$server" --no-defaults --user="$(id -un)" --datadir="$PWD/data" --init-file="$PWD/setup.sql" \\
        --bind-address=127.0.0.1 --port="$port" --socket="$PWD/socket" \\
        --pid-file="$PWD/server.pid" \\
        --skip-name-resolve --skip-log-bin --innodb-flush-log-at-trx-commit=0 \\
        --character-set-server=utf8mb4 --default-time-zone=+00:00 --lc-messages=en_US
}
"""


class Mariadb(LocalServer):
    """A MariaDB server with data of its own, on a free port of the loopback address."""

    title = "MariaDB"
    stop_signal, crash_signal = signal.SIGTERM, signal.SIGKILL

    @property
    def url(self) -> str:
        """The URL of an empty database, with a user who may do everything."""
        return f"mysql://{_USER}:{self._password}@127.0.0.1:{self._port}/test"

    def _launch(self) -> GuardedProgram:
        server, install = executables.mariadb(), executables.mariadb("mariadb-install-db")
        return GuardedProgram(
            self.title,
            ["/bin/sh", "-c", _SCRIPT + LOOP, "sh", server, install, str(self._port)],
            stop_signal=signal.SIGKILL,
            environment={
                "ROBOT_CHERRYPY_SETUP": _SETUP.format(user=_USER, password=self._password),
                "TZ": "UTC",
            },
            parent_folder=memory_folder(),
        )

    def _is_ready(self) -> bool:
        try:
            MariadbDatabases(self.url).check()
        except StackError:
            return False
        return True

    def _id_file(self) -> Path:
        return self.program.folder / "server.pid"
