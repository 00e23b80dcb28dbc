"""The servers of one test run, by alias."""

from dataclasses import replace

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Isolation, Launch, Server, Stopped


class Servers:
    """Starts, finds and stops servers; one of them is the current one."""

    def __init__(self) -> None:
        self._running: dict[str, Server] = {}
        self._current: str | None = None
        self._ends: list[str] = []

    @property
    def running(self) -> list[Server]:
        """Those started and not stopped, oldest first."""
        return list(self._running.values())

    def free_alias(self, wanted: str | None, application: str) -> str:
        """Return the alias that a new server gets.

        Raises:
            ServerError: `wanted` is taken.
        """
        if wanted and wanted in self._running:
            raise ServerError(
                f"A server with alias '{wanted}' is running: stop it or choose another alias."
            )
        if wanted:
            return wanted
        candidates = [
            application,
            *(f"{application} {n}" for n in range(2, len(self._running) + 2)),
        ]
        return next(alias for alias in candidates if alias not in self._running)

    def start(self, launch: Launch, isolation: Isolation) -> Server:
        """Start a server and make it the current one."""
        server: Server
        server = ChildProcessServer(launch) if isolation == "process" else InProcessServer(launch)
        server.start()
        self._running[launch.alias] = server
        self._current = launch.alias
        return server

    def get(self, alias: str | None = None) -> Server:
        """Return a server, by default the current one.

        Raises:
            ServerError: There is no such server.
        """
        if alias is None and self._current is None:
            raise ServerError("No server is running: use 'Start Server' first.")
        name = alias or self._current
        if name not in self._running:
            names = ", ".join(f"'{one}'" for one in self._running) or "none"
            raise ServerError(f"No server with alias '{name}' is running. Running: {names}.")
        return self._running[name]

    def find(self, alias: str) -> Server | None:
        """Return the server with an alias, or None."""
        return self._running.get(alias)

    def switch(self, alias: str) -> str | None:
        """Make a server the current one; return the alias of the one that was."""
        previous, self._current = self._current, self.get(alias).alias
        return previous

    def stop(self, alias: str | None = None) -> Stopped:
        """Stop a server, by default the current one; the newest left becomes the current one."""
        server = self.get(alias)
        self._note_end(server)
        try:
            return server.stop()
        finally:
            server.is_stopped = True
            del self._running[server.alias]
            if self._current == server.alias:
                self._current = next(reversed(self._running), None)

    def expect_end(self, alias: str | None = None) -> None:
        """Take the end of a server, by default the current one, for meant."""
        server = self.find(alias or self._current or "")
        if server is not None:
            server.end_is_known = True

    def unexpected_ends(self) -> list[str]:
        """Return which servers ended although nobody stopped them; each is told once."""
        for server in self.running:
            self._note_end(server)
        ends, self._ends = self._ends, []
        return ends

    def _note_end(self, server: Server) -> None:
        reason = server.ended_by
        if reason is not None and not server.end_is_known:
            server.end_is_known = True
            self._ends.append(f"Server '{server.alias}' has ended: {reason}.")

    def restart(self, alias: str | None = None) -> tuple[Server, Stopped]:
        """Stop a server and start it again on the same port, with the application made anew."""
        old = self.get(alias)
        port = int(old.url.rpartition(":")[2]) if old.url else old.launch.port
        current = self._current
        stopped = self.stop(old.alias)
        isolation: Isolation = "process" if isinstance(old, ChildProcessServer) else "thread"
        server = self.start(replace(old.launch, port=port), isolation)
        self._current = current
        return server, stopped
