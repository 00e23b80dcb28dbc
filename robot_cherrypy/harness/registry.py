"""The servers that the keywords of one library use, by alias."""

import contextlib
import errno
import os
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.remote_server import RemoteServer
from robot_cherrypy.harness.server import Launch, Server, Stopped
from robot_cherrypy.pauses import PAUSES
from robot_cherrypy.stacks import Stack
from robot_cherrypy.traffic.exchange import Exchange


class Servers:
    """Starts, finds and stops servers; one of them is the current one.

    A server that ended by itself stays here until it is stopped.
    """

    def __init__(self) -> None:
        self._started: dict[str, Server] = {}
        self._current: str | None = None
        self._known_ends: set[Server] = set()
        self._unexpected_ends: list[str] = []

    @property
    def started(self) -> list[Server]:
        """Servers that were started and not stopped, oldest first."""
        return list(self._started.values())

    @property
    def started_in_process(self) -> list[InProcessServer]:
        """The servers of `started` that run in the process of the test."""
        return [server for server in self.started if isinstance(server, InProcessServer)]

    @property
    def used_elsewhere(self) -> list[RemoteServer]:
        """The servers of `started` that somebody else has started, and that cannot be asked."""
        return [server for server in self.started if isinstance(server, RemoteServer)]

    @property
    def long_polls(self) -> tuple[str, ...]:
        """Patterns of the paths of requests that are meant to stay open; see `Launch`."""
        return tuple({path: None for server in self.started for path in server.launch.long_polls})

    def stacks(self) -> list[Stack]:
        """Return where the code of applications is at this moment, in this and in child processes.

        A child process that cannot be asked has no stacks.
        """
        # All servers of this process have the same ones.
        children = [server for server in self.started if isinstance(server, ChildProcessServer)]
        stacks = []
        for server in [*self.started_in_process[:1], *children]:
            with contextlib.suppress(ServerError):
                stacks += server.stacks()
        return stacks

    def in_flight(self) -> list[Exchange]:
        """Return the requests whose response has not ended, of all servers that can be asked."""
        return self._ask_all(lambda server: server.in_flight())

    def requests_left_after(
        self, timeout: float, except_paths: tuple[str, ...] = ()
    ) -> list[Exchange]:
        """Wait until no request is in flight; return those that still are after `timeout`.

        A server that has ended or runs elsewhere cannot be asked and counts as idle.

        Args:
            timeout: In seconds. Pauses of the test do not count.
            except_paths: See `Idleness.requests_left_after`.
        """
        deadline = PAUSES.monotonic() + timeout
        return self._ask_all(
            lambda server: server.requests_left_after(
                max(0.0, deadline - PAUSES.monotonic()), except_paths
            )
        )

    def _ask_all(self, ask: Callable[[Server], list[Exchange]]) -> list[Exchange]:
        found: list[Exchange] = []
        for server in self.started:
            if server.is_running and server not in self.used_elsewhere:
                with contextlib.suppress(ServerError):  # it has ended just now
                    found += ask(server)
        return found

    def free_alias(self, wanted: str | None, application: str) -> str:
        """Return the alias of a new server.

        Args:
            wanted: The alias that the test gave it, if any.
            application: The application's name, from which an alias is made otherwise.

        Raises:
            ServerError: Another server has the alias `wanted`.
        """
        if wanted and wanted in self._started:
            raise ServerError(
                f"A server with alias '{wanted}' is running: stop it or choose another alias."
            )
        if wanted:
            return wanted
        candidates = [
            application,
            *(f"{application} {n}" for n in range(2, len(self._started) + 2)),
        ]
        return next(alias for alias in candidates if alias not in self._started)

    def start(self, launch: Launch) -> Server:
        """Start a server and make it the current one.

        Raises:
            ServerError: It did not start.
        """
        server = new_server(launch)
        try:
            server.start()
        except ServerError as error:
            if os.strerror(errno.EADDRINUSE) not in str(error):
                raise
            raise ServerError(f"{error}{self._listener_at(launch.port)}") from error
        self._started[launch.alias] = server
        self._current = launch.alias
        return server

    def _listener_at(self, port: int) -> str:
        """Return a sentence about the server of this run that has a port, if one has."""
        for server in self.started:
            if server.is_running and urlsplit(server.url).port == port:
                return f" Server '{server.alias}' of this run listens there."
        return ""

    def use(self, server: RemoteServer) -> None:
        """Make a server that runs elsewhere the current one."""
        self._started[server.alias] = server
        self._current = server.alias

    def leave(self, server: RemoteServer) -> None:
        """Do not use a server that runs elsewhere any more, unless that was so already."""
        if self.find(server.alias) is server:
            self.stop(server.alias)

    def get(self, alias: str | None = None) -> Server:
        """Return a server, by default the current one.

        Raises:
            ServerError: There is no such server.
        """
        if alias is None and self._current is None:
            raise ServerError("No server is running: use 'Start Server' first.")
        name = alias or self._current
        if name not in self._started:
            names = ", ".join(f"'{started}'" for started in self._started) or "none"
            raise ServerError(f"No server with alias '{name}' is running. Running: {names}.")
        return self._started[name]

    def get_in_process(
        self, user: str, alias: str | None = None, *, advice: str = ""
    ) -> InProcessServer:
        """Return a server that runs in the process of the test, by default the current one.

        Args:
            user: What needs it, for the error, such as `'Mount Application' needs`.
            alias: Which server.
            advice: What else the error says, a sentence with a leading blank.

        Raises:
            ServerError: There is no such server, or it runs in a child process.
        """
        server = self.get(alias)
        if isinstance(server, InProcessServer):
            return server
        raise ServerError(
            f"Server '{server.alias}' runs in another process: {user} isolation=thread.{advice}"
        )

    def get_child_process(self, user: str, alias: str | None = None) -> ChildProcessServer:
        """Return a server that runs in a child process, by default the current one.

        Args:
            user: What needs it, for the error, such as `'Kill Server' needs`.
            alias: Which server.

        Raises:
            ServerError: There is no such server, or it runs in the process of the test.
        """
        server = self.get(alias)
        if isinstance(server, ChildProcessServer):
            return server
        where = "elsewhere" if isinstance(server, RemoteServer) else "in the process of the test"
        raise ServerError(f"Server '{server.alias}' runs {where}: {user} isolation=process.")

    def find(self, alias: str) -> Server | None:
        """Return the server with an alias, or None."""
        return self._started.get(alias)

    def switch(self, alias: str) -> str | None:
        """Make a server the current one; return the alias of the previous one."""
        previous, self._current = self._current, self.get(alias).alias
        return previous

    def stop(self, alias: str | None = None) -> Stopped:
        """Stop a server, by default the current one; the newest left becomes the current one."""
        server = self.get(alias)
        self._note_end(server, server.end_reason)
        try:
            stopped = server.stop()
            self._note_end(server, stopped.end_reason)  # it may have ended only just before
            return stopped
        finally:
            server.is_stopped = True
            self._known_ends.discard(server)
            del self._started[server.alias]
            if self._current == server.alias:
                self._current = next(reversed(self._started), None)

    def expect_end(self, alias: str | None = None) -> None:
        """Mark the end of a server, by default the current one, as expected by the test."""
        server = self.find(alias or self._current or "")
        if server is not None:
            self._known_ends.add(server)

    def unexpected_ends(self) -> list[str]:
        """Return messages about servers that ended by themselves, each message once."""
        for server in self.started:
            self._note_end(server, server.end_reason)
        ends, self._unexpected_ends = self._unexpected_ends, []
        return ends

    def _note_end(self, server: Server, reason: str | None) -> None:
        if reason is not None and server not in self._known_ends:
            self._known_ends.add(server)
            self._unexpected_ends.append(f"Server '{server.alias}' has ended: {reason}.")

    def restart(self, alias: str | None = None) -> tuple[Server, Stopped]:
        """Stop a server and start it again on its port, with a new instance of the application.

        Returns:
            The new server, and what the stop of the old one left to report.
        """
        old = self.get(alias)
        if isinstance(old, RemoteServer):
            raise ServerError(f"Server '{old.alias}' runs elsewhere: it cannot be restarted here.")
        port = int(old.url.rpartition(":")[2]) if old.url else old.launch.port
        current = self._current
        stopped = self.stop(old.alias)
        server = self.start(replace(old.launch, port=port))
        self._current = current
        return server, stopped


def new_server(launch: Launch) -> Server:
    """Return a server that has yet to be started."""
    if launch.isolation == "process":
        return ChildProcessServer(launch)
    return InProcessServer(launch)
