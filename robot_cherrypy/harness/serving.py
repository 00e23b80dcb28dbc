"""Serving an application from a process of its own, as `robot-cherrypy serve` does.

Here CherryPy owns the process: its engine, signals and exit codes are those of production.
"""

import ast
import contextlib
import json
import os
import signal
import threading
from collections.abc import Callable, Mapping
from io import FileIO
from pathlib import Path
from typing import Any

import cherrypy
from cherrypy.process.plugins import SimplePlugin

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import applications, child_coverage
from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.harness.listening import Kind, Listening
from robot_cherrypy.harness.server import base_url
from robot_cherrypy.traffic import capture, wire
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.faults import Fault
from robot_cherrypy.traffic.journal import JOURNAL
from robot_cherrypy.traffic.recorder import Recorder


class Supervisor:
    """The test process that started this one: it is told what happens, and its death ends us."""

    def __init__(self, reports: int) -> None:
        """Read the configuration from standard input, which the supervisor holds open.

        Args:
            reports: File descriptor to write reports to, one JSON object a line.
        """
        self._reports = reports
        # Unbuffered: a lock of a buffer would be held over the end of the interpreter.
        stdin = os.fdopen(0, "rb", buffering=0, closefd=False)
        # Re-entrant: a signal may come while its thread, the main one, is sending.
        self._sending = threading.RLock()
        self.configuration: Configuration = ast.literal_eval(stdin.readline().decode())
        self.commands: dict[str, Callable[..., Any]] = {}
        """What the supervisor may ask for, by name; each takes and returns what JSON can hold."""
        threading.Thread(target=self._watch, args=(stdin,), daemon=True).start()

    def report(self, **facts: Any) -> None:
        """Send facts to the supervisor."""
        line = json.dumps(facts, default=str).encode() + b"\n"
        with self._sending:  # a pipe takes only short lines at once
            while line:
                line = line[os.write(self._reports, line) :]

    def _watch(self, stdin: FileIO) -> None:
        while line := stdin.readline():
            # Each on a thread of its own: the end of the supervisor must not go unseen.
            request = json.loads(line)
            threading.Thread(target=self._obey, kwargs=request, daemon=True).start()
        os.killpg(0, signal.SIGKILL)

    def _obey(self, reply: int, command: str, arguments: dict[str, Any]) -> None:
        try:
            self.report(reply=reply, value=self.commands[command](**arguments))
        except Exception as error:  # noqa: BLE001 - raised by the supervisor, who asked
            self.report(reply=reply, error=f"{type(error).__name__}: {error}")


def serve(
    reference: str,
    *,
    kind: Kind = "threaded",
    host: str | None = None,
    port: int | None = None,
    path: str = "/",
    configuration: Configuration | None = None,
    search_path: tuple[Path, ...] = (),
    supervisor: Supervisor | None = None,
) -> None:
    """Serve an application until the engine exits.

    Args:
        reference: `module:attribute`.
        kind: Which server.
        host: Address to bind, else `server.socket_host` of the configuration, else loopback.
        port: Port to bind, 0 for a free one, else `server.socket_port`, else 8080.
        path: Where to mount the application.
        configuration: CherryPy configuration in sections.
        search_path: Folders to look for the module in, besides Python's own.
        supervisor: Who is told of the URL, and of what went wrong.

    Raises:
        RobotCherryPyError: The application cannot be loaded.
    """
    with contextlib.ExitStack() as stack:
        if supervisor:
            _supervise(stack, supervisor)
        sections = configuration or {}
        cherrypy.config.update({"engine.autoreload.on": supervisor is None})
        with applications.self_mounting(cherrypy.tree):
            application = applications.load(reference, search_path)
            applications.mount(
                application, reference, tree=cherrypy.tree, path=path, configuration=sections
            )
        _set_address(host, port, sections.get("global", {}))
        cherrypy.server.unsubscribe()
        plugin = _ServerPlugin(kind, supervisor)
        plugin.subscribe()
        cherrypy.engine.signals.subscribe()
        cherrypy.engine.start()
        if supervisor:
            supervisor.commands.update(plugin.commands())
            supervisor.report(url=plugin.url)
        cherrypy.engine.block()


def _supervise(stack: contextlib.ExitStack, supervisor: Supervisor) -> None:
    """Report what happens; measure coverage if that is wanted."""
    switch = stack.enter_context(child_coverage.measured())
    if switch is not None:
        supervisor.commands["switch_coverage"] = switch
    stack.enter_context(capture.installed())
    JOURNAL.report = lambda record: supervisor.report(**wire.written(record))


def _set_address(host: str | None, port: int | None, settings: Mapping[str, Any]) -> None:
    settings = {"server.socket_host": "127.0.0.1", **settings}
    cherrypy.server.socket_host = host or settings["server.socket_host"]
    if port is None:
        port = settings.get("server.socket_port", cherrypy.server.socket_port)
    cherrypy.server.socket_port = port


class _ServerPlugin(SimplePlugin):  # type: ignore[misc]
    """Our HTTP server on the bus, where CherryPy's has its turn."""

    def __init__(self, kind: Kind, supervisor: Supervisor | None) -> None:
        super().__init__(cherrypy.engine)
        self._kind, self._supervisor = kind, supervisor
        self._listening: Listening | None = None
        self._recorder = Recorder()
        self.url = ""

    def commands(self) -> dict[str, Callable[..., Any]]:
        """What a supervisor may ask of the server."""
        return {
            "in_flight": lambda: _written(self._recorder.in_flight()),
            "wait_until_idle": lambda timeout, except_paths: _written(
                self._recorder.wait_until_idle(timeout, except_paths=tuple(except_paths))
            ),
            "settle": self._recorder.settle,
            "arm": lambda **fault: self._recorder.faults.arm(Fault(**fault)),
            "clear_faults": self._recorder.faults.clear,
            "refuse_connections": self.stop,
            "accept_connections": self.start,
        }

    def start(self) -> None:
        """Listen."""
        if self._listening is not None:
            return
        server = cherrypy.server
        listening = Listening(
            self._kind,
            cherrypy.tree,
            self._recorder,
            host=server.socket_host,
            port=server.socket_port,
            on_exit=self._exited,
        )
        try:
            listening.open(timeout=5)
        except ServerError as error:
            self._tell(error=str(error))
            raise
        self._listening = listening
        server.socket_port = listening.port
        self.url = base_url(listening.scheme, server.socket_host, listening.port)
        self.bus.log(f"Serving on {self.url}")

    start.priority = 75  # type: ignore[attr-defined]

    def stop(self) -> None:
        """Stop listening, and tell which requests were cut."""
        if self._listening is not None:
            cut = self._listening.close()
            self._listening = None
            for request in cut:
                self.bus.log(f"Cut while in flight: {request}", level=30)
            self._tell(cut=cut)

    stop.priority = 25  # type: ignore[attr-defined]

    def _exited(self, reason: str) -> None:
        self._tell(ended_by=reason)
        # Not here: this thread is the server's, which stopping waits for.
        threading.Thread(target=self.bus.exit, name="engine-exit").start()

    def _tell(self, **facts: Any) -> None:
        if self._supervisor is not None:
            self._supervisor.report(**facts)


def _written(exchanges: list[Exchange]) -> list[dict[str, Any]]:
    return [wire.write_exchange(one) for one in exchanges]
