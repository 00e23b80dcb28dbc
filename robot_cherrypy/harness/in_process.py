"""Servers on threads of the test's own process."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import cherrypy
from cherrypy._cptree import Tree
from cherrypy.process import wspbus

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import applications, bus, loading, process_state
from robot_cherrypy.harness.clock import CLOCK
from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.harness.environment import ProcessEnvironment
from robot_cherrypy.harness.reset import Reset, Snapshot
from robot_cherrypy.harness.server import Launch, Server, Stopped, base_url
from robot_cherrypy.harness.server_globals import ServerGlobals, replace
from robot_cherrypy.harness.server_thread import DRAIN, ServerThread
from robot_cherrypy.harness.unknown_tools import unknown_tools
from robot_cherrypy.hosting.mounts import Mounted
from robot_cherrypy.stacks import Stack, application_stacks
from robot_cherrypy.traffic import error_hooks
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.faults import Fault
from robot_cherrypy.traffic.journal import current_server
from robot_cherrypy.traffic.recorder import Recorder
from robot_cherrypy.traffic.thread_owners import working_for

# How much longer than other parts of a start or stop a listener may take, in seconds: those that
# start and stop hosted applications have a time-out of their own, which tells more.
_LISTENERS_MARGIN = 2.0


class _SharedState:
    """What the servers of this process share: CherryPy's process-wide state.

    The first server that starts saves it, and the last one that stops restores it.
    """

    def __init__(self) -> None:
        self.servers: list[InProcessServer] = []
        self.listeners = bus.SharedListeners()
        self.globals = ServerGlobals()
        self.environment = ProcessEnvironment()
        self._saved = contextlib.ExitStack()

    def add(self, server: "InProcessServer") -> None:
        """Save the state if this is the first server."""
        if not self.servers:
            self._saved.enter_context(process_state.preserved(self._end_servers))
            self._saved.enter_context(self.globals.kept_apart())
            self._saved.enter_context(error_hooks.installed())
        self.servers.append(server)

    def remove(self, server: "InProcessServer") -> None:
        """Restore the state if this was the last server."""
        self.servers.remove(server)
        if not self.servers:
            self._saved.close()
        else:
            self.globals.remove(server.tree)
            cherrypy.tree = self.servers[-1].tree

    def _end_servers(self, call: str) -> None:
        """End the servers of the application that asked the whole process to end."""
        application, alias = cherrypy.serving.request.app, current_server.get()
        for server in self.servers:
            if application in server.tree.apps.values() or (
                application is None and alias in {None, server.alias}
            ):
                server.end(f"the application called {call}")


# The running servers of this process; each adds itself when it starts, and removes itself when it
# stops.
_SHARED_STATE = _SharedState()


class InProcessServer(Server):
    """A server of either kind with a `Tree`, a socket and a thread of its own."""

    def __init__(self, launch: Launch) -> None:
        super().__init__(launch)
        self.tree = Tree()
        self.recorder = Recorder(launch.alias, long_polls=launch.long_polls)
        self._subscriptions: bus.Subscriptions = frozenset()
        self._server_thread: ServerThread | None = None
        self._snapshot: Snapshot | None = None
        self._refused_port: int | None = None
        self._settings: dict[str, Any] = {}
        self._end_reason: str | None = None
        self._limit = launch.timeout + _LISTENERS_MARGIN
        self._url = ""

    @property
    def url(self) -> str:
        """See `Server.url`."""
        return self._url

    @property
    def end_reason(self) -> str | None:
        """See `Server.end_reason`."""
        # The recorder knows of a `SystemExit` some time before the server's thread has ended.
        known = self._end_reason or self.recorder.end_reason
        return known or (self._server_thread.end_reason if self._server_thread else None)

    def start(self) -> None:
        """See `Server.start`."""
        if self.launch.folder is not None:
            raise ServerError(
                f"Server '{self.alias}' cannot have a current folder of its own, as it runs in the"
                " process of the test, which has one: use isolation=process."
            )
        _SHARED_STATE.add(self)
        with working_for(self.alias):
            try:
                _SHARED_STATE.environment.set(self.alias, self.launch.environment)
                self._start()
            except BaseException:
                self.stop()
                raise
        self._snapshot = Snapshot(self.tree)
        self.remarks = unknown_tools(self.tree)

    def mount(self, reference: str, path: str, configuration: Configuration) -> None:
        """Mount a further application while the server runs.

        Raises:
            ApplicationError: The application cannot be found, imported, made or mounted.
            ServerError: A start listener of the application raised.
        """
        with working_for(self.alias):
            added = self._mount(reference, path, configuration)
            self._subscriptions |= added
            with self._subscribing():
                bus.call(bus.in_order(_SHARED_STATE.listeners.acquire(added), "start"), self._limit)

    def unmount(self, path: str) -> None:
        """Remove an application from the tree.

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
        if isinstance(removed, Mounted):
            removed.leave()

    def end(self, reason: str) -> None:
        """Stop serving because the application asked for it; a page handler may call this."""
        if self._end_reason is None and self._server_thread is not None:
            self._end_reason = reason
            self._server_thread.request_stop()

    def reset(self) -> Reset:
        """Restore CherryPy's state to what it was when this server had started."""
        assert self._snapshot is not None
        return self._snapshot.restore()

    def in_flight(self) -> list[Exchange]:
        """See `Server.in_flight`."""
        return self.recorder.in_flight()

    def stacks(self) -> list[Stack]:
        """See `Server.stacks`."""
        return application_stacks()

    def requests_left_after(
        self, timeout: float, except_paths: tuple[str, ...] = ()
    ) -> list[Exchange]:
        """See `Server.requests_left_after`."""
        return self.recorder.requests_left_after(timeout, except_paths=except_paths)

    def wait_for_end(self, since: float, timeout: float) -> None:
        """See `Server.wait_for_end`."""
        self.recorder.wait_for_end(since, timeout)
        if self._server_thread is not None:
            self._server_thread.catch_up()

    def arm(self, fault: Fault) -> None:
        """See `Server.arm`."""
        self.recorder.faults.arm(fault)

    def clear_faults(self, fault: Fault | None = None) -> None:
        """See `Server.clear_faults`."""
        self.recorder.faults.clear(None if fault is None else fault.number)

    def refuse_connections(self) -> None:
        """See `Server.refuse_connections`."""
        if self._server_thread is not None and self._refused_port is None:
            self._refused_port = self._server_thread.port
            self._server_thread.stop()
            self._server_thread = None

    def accept_connections(self) -> None:
        """See `Server.accept_connections`."""
        if self._refused_port is not None:
            port, self._refused_port = self._refused_port, None
            replace(vars(cherrypy.server), self._settings)
            self._start_thread(port)

    def stop(self) -> Stopped:
        """See `Server.stop`."""
        if self not in _SHARED_STATE.servers:
            return Stopped()
        if len(_SHARED_STATE.servers) == 1:
            cherrypy.engine.state = wspbus.states.STOPPING
        released = _SHARED_STATE.listeners.release(self._subscriptions)
        before, after = bus.around_server(released, "stop")
        try:
            with working_for(self.alias):
                errors: list[Exception] = [*bus.call_all(before, self._limit)]
                cut = self._stop_thread()
                errors += self._shutdown_errors()
                errors += bus.call_all([*after, *bus.in_order(released, "exit")], self._limit)
        finally:
            bus.unsubscribe(self._subscriptions)
            _SHARED_STATE.environment.restore(self.alias)
            _SHARED_STATE.remove(self)
            _remove_loggers(self.tree)
        return Stopped(tuple(cut), tuple(map(str, errors)))

    def _start(self) -> None:
        launch = self.launch
        self._subscriptions = self._mount(launch.application, launch.mount, launch.configuration)
        acquired = _SHARED_STATE.listeners.acquire(self._subscriptions)
        before, after = bus.around_server(acquired, "start")
        cherrypy.engine.state = wspbus.states.STARTED
        cherrypy.server.lifespan_timeout = launch.timeout
        cherrypy.server.shutdown_timeout = DRAIN
        try:
            with self._subscribing():
                bus.call(before, self._limit)
                self._start_thread(launch.port)
                bus.call(after, self._limit)
        except ServerError as error:
            raise ServerError(f"Server '{self.alias}' did not start: {error}") from error

    @contextlib.contextmanager
    def _subscribing(self) -> Iterator[None]:
        """Let listeners that are subscribed meanwhile be called when this server stops."""
        before = bus.subscriptions()
        try:
            yield
        finally:
            self._subscriptions |= bus.subscriptions() - before

    def _mount(self, reference: str, path: str, configuration: Configuration) -> bus.Subscriptions:
        """Load and mount an application; return what it subscribed to the bus meanwhile."""
        before = bus.subscriptions()
        try:
            CLOCK.owners.add_application(reference.partition(":")[0])
            with _SHARED_STATE.globals.making(self.tree):
                with applications.self_mounting(self.tree):
                    application = loading.load(reference, self.launch.search_path)
                applications.mount(
                    application, reference, tree=self.tree, path=path, configuration=configuration
                )
        except BaseException:
            bus.unsubscribe(bus.subscriptions() - before)
            raise
        return bus.subscriptions() - before

    def _start_thread(self, port: int) -> None:
        host = self.launch.host
        self._settings = dict(vars(cherrypy.server))
        server_thread = ServerThread(
            self.launch.kind,
            self.tree,
            self.recorder,
            host=host,
            port=port,
            timeout=self.launch.timeout,
            on_end=self._note_end,
        )
        with working_for(self.alias):
            server_thread.start()
        self._server_thread = server_thread
        cherrypy.server.socket_host, cherrypy.server.socket_port = host, server_thread.port
        self._url = base_url(server_thread.scheme, host, server_thread.port)

    def _note_end(self, reason: str) -> None:
        self._end_reason = self._end_reason or reason

    def _stop_thread(self) -> list[str]:
        """Stop serving; return the requests that had to be cut."""
        cut = self._server_thread.stop() if self._server_thread else []
        cherrypy.engine.thread_manager.stop()
        return cut

    def _shutdown_errors(self) -> list[Exception]:
        error = self._server_thread.shutdown_error if self._server_thread else None
        return [] if error is None else [error]


def _remove_loggers(tree: Tree) -> None:
    """Remove the two loggers that each `cherrypy.Application` adds to `logging` for ever."""
    for application in tree.apps.values():
        for kind in ("error_log", "access_log"):
            log = getattr(getattr(application, "log", None), kind, None)
            if isinstance(log, logging.Logger):
                log.manager.loggerDict.pop(log.name, None)
