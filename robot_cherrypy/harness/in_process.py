"""Servers on threads of the test's own process."""

import contextlib
import logging

import cherrypy
from cherrypy._cptree import Tree
from cherrypy.process import wspbus

from robot_cherrypy import hosting
from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import applications, bus, process_state
from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.harness.listening import Listening
from robot_cherrypy.harness.reset import Reset, Snapshot
from robot_cherrypy.harness.server import Launch, Server, Stopped, base_url
from robot_cherrypy.traffic import capture
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.faults import Fault
from robot_cherrypy.traffic.recorder import Recorder


class Host:
    """Shares CherryPy's process-wide state between the in-process servers.

    The first server takes it over, the last one gives it back.
    """

    def __init__(self) -> None:
        self.bus = bus.Bus()
        self.servers: list[InProcessServer] = []
        self._state = contextlib.ExitStack()

    def enter(self, server: "InProcessServer") -> None:
        """Count a server in."""
        if not self.servers:
            self._state.enter_context(process_state.preserved(self._exit_requested))
            self._state.enter_context(capture.installed())
        self.servers.append(server)

    def leave(self, server: "InProcessServer") -> None:
        """Count a server out."""
        self.servers.remove(server)
        if not self.servers:
            self._state.close()
        else:
            cherrypy.tree = self.servers[-1].tree

    def _exit_requested(self, call: str) -> None:
        """End the servers of the application that asked the whole process to end."""
        application = cherrypy.serving.request.app
        for server in self.servers:
            if application is None or application in server.tree.apps.values():
                server.end(f"the application called {call}")


HOST = Host()


class InProcessServer(Server):
    """A threaded or asyncio server with a `Tree`, a socket and a thread of its own."""

    def __init__(self, launch: Launch) -> None:
        super().__init__(launch)
        self.tree = Tree()
        self.recorder = Recorder(launch.alias)
        self._subscriptions: bus.Subscriptions = frozenset()
        self._listening: Listening | None = None
        self._snapshot: Snapshot | None = None
        self._refusing: int | None = None
        self._ended_by: str | None = None
        self._url = ""

    @property
    def url(self) -> str:
        """See `Server.url`."""
        return self._url

    @property
    def ended_by(self) -> str | None:
        """See `Server.ended_by`."""
        return self._ended_by or self.recorder.exit_request

    def start(self) -> None:
        """See `Server.start`."""
        HOST.enter(self)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        self._snapshot = Snapshot(self.tree)

    def mount(self, reference: str, path: str, configuration: Configuration) -> None:
        """Mount a further application while the server runs."""
        added = self._mount(reference, path, configuration)
        self._subscriptions |= added
        HOST.bus.start(added, listen=lambda: None)

    def unmount(self, path: str) -> None:
        """Take an application off.

        Raises:
            ServerError: Nothing is mounted there.
        """
        name = path.rstrip("/")
        if name not in self.tree.apps:
            mounted = ", ".join(sorted(script or "/" for script in self.tree.apps)) or "none"
            raise ServerError(
                f"Server '{self.alias}' has no application at {path}. Mounted: {mounted}."
            )
        removed = self.tree.apps.pop(name)
        if isinstance(removed, hosting.Mounted):
            removed.leave()

    def end(self, reason: str) -> None:
        """Stop serving because the application said so; may be called by a page handler."""
        if self._ended_by is None and self._listening is not None:
            self._ended_by = reason
            self._listening.end()

    def reset(self) -> Reset:
        """Put CherryPy's state back to what it was when this server had started."""
        assert self._snapshot is not None
        return self._snapshot.restore()

    def in_flight(self) -> list[Exchange]:
        """See `Server.in_flight`."""
        return self.recorder.in_flight()

    def wait_until_idle(self, timeout: float, except_paths: tuple[str, ...] = ()) -> list[Exchange]:
        """See `Server.wait_until_idle`."""
        return self.recorder.wait_until_idle(timeout, except_paths=except_paths)

    def settle(self, since: float, timeout: float) -> None:
        """See `Server.settle`."""
        self.recorder.settle(since, timeout)

    def arm(self, fault: Fault) -> None:
        """See `Server.arm`."""
        self.recorder.faults.arm(fault)

    def clear_faults(self, owner: str | None = None) -> None:
        """See `Server.clear_faults`."""
        self.recorder.faults.clear(owner)

    def refuse_connections(self) -> None:
        """See `Server.refuse_connections`."""
        if self._listening is not None and self._refusing is None:
            self._refusing = self._listening.port
            self._listening.close()
            self._listening = None

    def accept_connections(self) -> None:
        """See `Server.accept_connections`."""
        if self._refusing is not None:
            port, self._refusing = self._refusing, None
            self._open(port)

    def stop(self) -> Stopped:
        """See `Server.stop`."""
        if self not in HOST.servers:
            return Stopped()
        if len(HOST.servers) == 1:
            cherrypy.engine.state = wspbus.states.STOPPING
        cut: list[str] = []
        try:
            errors = HOST.bus.stop(self._subscriptions, close=lambda: cut.extend(self._close()))
        finally:
            bus.unsubscribe(self._subscriptions)
            HOST.leave(self)
            _forget_loggers(self.tree)
        return Stopped(tuple(cut), tuple(map(str, errors)))

    def _start(self) -> None:
        launch = self.launch
        self._subscriptions = self._mount(launch.application, launch.mount, launch.configuration)
        try:
            HOST.bus.start(self._subscriptions, listen=self._listen)
        except ServerError as error:
            raise ServerError(f"Server '{self.alias}' did not start: {error}") from error

    def _mount(self, reference: str, path: str, configuration: Configuration) -> bus.Subscriptions:
        """Load and mount; return what the application subscribed to the bus by that."""
        before = bus.subscriptions()
        try:
            with applications.self_mounting(self.tree):
                application = applications.load(reference, self.launch.search_path)
            applications.mount(
                application, reference, tree=self.tree, path=path, configuration=configuration
            )
        except BaseException:
            bus.unsubscribe(bus.subscriptions() - before)
            raise
        return bus.subscriptions() - before

    def _listen(self) -> None:
        self._open(self.launch.port)

    def _open(self, port: int) -> None:
        host = self.launch.host
        listening = Listening(
            self.launch.kind,
            self.tree,
            self.recorder,
            host=host,
            port=port,
            on_exit=self._exited,
        )
        listening.open(self.launch.timeout)
        self._listening = listening
        cherrypy.server.socket_host, cherrypy.server.socket_port = host, listening.port
        self._url = base_url(listening.scheme, host, listening.port)

    def _exited(self, reason: str) -> None:
        self._ended_by = self._ended_by or reason

    def _close(self) -> list[str]:
        """Stop serving; return the requests that had to be cut."""
        cut = self._listening.close() if self._listening else []
        cherrypy.engine.thread_manager.stop()
        return cut


def _forget_loggers(tree: Tree) -> None:
    """Drop the two loggers that each `cherrypy.Application` adds to `logging` for ever."""
    for application in tree.apps.values():
        for kind in ("error_log", "access_log"):
            log = getattr(getattr(application, "log", None), kind, None)
            if isinstance(log, logging.Logger):
                log.manager.loggerDict.pop(log.name, None)
