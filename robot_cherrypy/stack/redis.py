"""A Redis server for the time of a test run."""

import signal
from pathlib import Path

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables
from robot_cherrypy.stack.guarded_program import GuardedProgram
from robot_cherrypy.stack.local_server import LOOP, LocalServer
from robot_cherrypy.stack.redis_databases import RedisDatabases

# The snapshots are those of Redis' defaults (redis.conf, "SNAPSHOTTING"). Databases are many, as
# each suite may have some.
_SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
databases 1000
pidfile redis.pid
save 3600 1 300 100 60 10000
"""

# The settings, with the password, come in the environment, which other users cannot read.
_SCRIPT = """
umask 077
printf %s "$ROBOT_CHERRYPY_SETTINGS" >redis.conf || exit
serve() { "$1" redis.conf; }
"""


class Redis(LocalServer):
    """A Redis server on a free port of the loopback address; its data are snapshots on the disk."""

    title = "Redis"
    stop_signal, crash_signal = signal.SIGTERM, signal.SIGKILL

    @property
    def url(self) -> str:
        """The URL of database 0, with the password."""
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def _launch(self) -> GuardedProgram:
        settings = _SETTINGS.format(port=self._port, password=self._password)
        return GuardedProgram(
            self.title,
            ["/bin/sh", "-c", _SCRIPT + LOOP, "sh", executables.redis()],
            stop_signal=signal.SIGKILL,
            environment={"ROBOT_CHERRYPY_SETTINGS": settings, "TZ": "UTC"},
        )

    def _is_ready(self) -> bool:
        try:
            RedisDatabases(self.url).check()
        except StackError:
            return False
        return True

    def _id_file(self) -> Path:
        return self.program.folder / "redis.pid"
