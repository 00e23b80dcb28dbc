"""What runs in a child process that serves an application: `robot-cherrypy serve`.

Here CherryPy owns the process: its engine, signals and exit codes are those of production.

People run the command, too. What it is told comes in one of these ways:

- On the command line: all that a person may say as well as a parent, such as the application, the
  address and the time-out. It can be seen in a list of processes.
- On standard input: what only a parent says. The first line is a dictionary of Python literals with
  the configuration, which may hold secrets, instructions for coverage, and which paths are long
  polls. Each further line is a command as JSON (see `_Commands`). The end of standard input means
  that the parent has ended, and ends this process.
- In the environment: `PYTHONPATH`, which Python reads before this module runs; and, without a
  parent, where to send reports (see `traffic.exporter`).

The child reports to a pipe whose descriptor stands on the command line (`--report-to`), one JSON
object a line: responses to commands, records (`traffic.wire`), and facts about itself.
"""

import ast
import contextlib
import json
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import cherrypy
from cherrypy.process import wspbus
from cherrypy.process.plugins import SimplePlugin

from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.harness import applications, loading
from robot_cherrypy.harness.child_coverage import measured
from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.harness.health import HealthPage
from robot_cherrypy.harness.server import base_url
from robot_cherrypy.harness.server_thread import DRAIN, Kind, ServerThread
from robot_cherrypy.harness.several_processes import set_address
from robot_cherrypy.harness.stop_signals import StopSignals
from robot_cherrypy.harness.unknown_tools import unknown_tools
from robot_cherrypy.hosting.cherrypy_server import SERVER_START, SERVER_STOP
from robot_cherrypy.patches.engine_calls import own_server_unused, own_start_left_out
from robot_cherrypy.patches.replacements import active
from robot_cherrypy.stacks import Stack, application_stacks
from robot_cherrypy.traffic import error_hooks, exporter, wire
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.faults import Fault
from robot_cherrypy.traffic.journal import JOURNAL
from robot_cherrypy.traffic.recorder import Recorder
from robot_cherrypy.traffic.text import text_by
from robot_cherrypy.traffic.thread_owners import working_for

# How the bus logs the error of a listener (CherryPy 18.10, `cherrypy/process/wspbus.py`, publish).
_LISTENER_ERROR = re.compile(
    r"Error in '(?P<channel>\w+)' listener <?(bound method |function )?(?P<name>\S+)"
)


# Priority of a listener to the log that CherryPy's own, which has 50, comes after.
_BEFORE_LOG = 10


class Parent:
    """The test process that started this one: reports go to it, and its end ends this process."""

    def __init__(self, report_to: int) -> None:
        """Read the first line of standard input, which the parent holds open.

        Args:
            report_to: File descriptor to write reports to.
        """
        self._report_to = report_to
        # Unbuffered: the thread that reads would hold the lock of a buffer when the interpreter
        # ends.
        stdin = os.fdopen(0, "rb", buffering=0, closefd=False)
        # Re-entrant: a signal may come while its thread, the main one, is reporting.
        self._reporting = threading.RLock()
        instructions = ast.literal_eval(stdin.readline().decode())
        self.configuration: Configuration = instructions["configuration"]
        self.coverage: dict[str, Any] | None = instructions["coverage"]
        self.long_polls: tuple[str, ...] = instructions["long_polls"]
        # Before the server is ready, the parent asks only where its start-up is.
        self.commands: _Commands | None = None
        threading.Thread(target=self._read_commands, args=(stdin,), daemon=True).start()

    def report(self, **facts: Any) -> None:
        """Send one report to the parent."""
        line = json.dumps(facts, default=str).encode() + b"\n"
        with self._reporting:  # a pipe takes only short lines at once
            while line:
                line = line[os.write(self._report_to, line) :]

    def _read_commands(self, stdin: FileIO) -> None:
        while line := stdin.readline():
            # Each on a thread of its own, so that this one notices the end of the parent.
            threading.Thread(target=self._run, kwargs=json.loads(line), daemon=True).start()
        os.killpg(0, signal.SIGKILL)

    def _run(self, number: int, command: str, arguments: dict[str, Any]) -> None:
        try:
            value = getattr(self.commands, command)(**arguments)
        except Exception as error:  # noqa: BLE001 - raised in the parent
            self.report(response=number, error=f"{type(error).__name__}: {error}")
        else:
            self.report(response=number, value=value)


def serve(
    reference: str,
    *,
    kind: Kind = "threaded",
    host: str | None = None,
    port: int | None = None,
    path: str = "/",
    configuration: Configuration | None = None,
    search_path: tuple[Path, ...] = (),
    timeout: float = 5.0,
    drain: float = DRAIN,
    health: str | None = None,
    stop_delay: float = 0.0,
    parent: Parent | None = None,
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
        timeout: How long the application may take to start up, in seconds.
        drain: How long requests in flight may take to finish when the server stops, in seconds;
            with a parent always `DRAIN`.
        health: Path of a page that responds 200, and 503 when the server is about to stop.
        stop_delay: How long that page responds 503 before the server stops, in seconds.
        parent: The process to report to, if there is one.

    Raises:
        RobotCherryPyError: The application cannot be loaded.
    """
    with contextlib.ExitStack() as stack:
        plugin = _ServerPlugin(kind, timeout, DRAIN if parent else drain, parent)
        JOURNAL.keep_nothing()  # what there is to read is reported to the parent
        if parent:
            switch_coverage = stack.enter_context(measured(parent.coverage))
            parent.commands = _Commands(plugin, switch_coverage)
            stack.enter_context(error_hooks.installed())
            stack.enter_context(working_for(""))  # the parent knows its alias
            JOURNAL.report = lambda record: parent.report(**wire.as_json(record))
        elif stack.enter_context(exporter.reports()):
            stack.enter_context(error_hooks.installed())
            stack.enter_context(working_for(""))  # the test knows it by the name of its service
        sections = configuration or {}
        cherrypy.config.update({"engine.autoreload.on": parent is None})
        cherrypy.server.unsubscribe()  # before its `start` is replaced
        signals = StopSignals(cherrypy.engine)  # an application may set other handlers
        stack.enter_context(active(own_server_unused))
        with active(own_start_left_out), applications.self_mounting(cherrypy.tree):
            application = loading.load(reference, search_path)
            applications.mount(
                application, reference, tree=cherrypy.tree, path=path, configuration=sections
            )
        if health:
            page = HealthPage(stop_delay)
            page.subscribe()
            cherrypy.tree.graft(page, health)
        set_address(cherrypy.server, host, port, sections)
        plugin.subscribe()
        signals.subscribe()
        cherrypy.engine.start()
        if parent:
            parent.report(url=plugin.url, remarks=unknown_tools(cherrypy.tree))
        cherrypy.engine.block()


class _ServerPlugin(SimplePlugin):  # type: ignore[misc]
    """Starts and stops our HTTP server with the bus, in the place of CherryPy's own server."""

    def __init__(self, kind: Kind, timeout: float, drain: float, parent: Parent | None) -> None:
        super().__init__(cherrypy.engine)
        self._kind, self._timeout, self._drain, self._parent = kind, timeout, drain, parent
        self._server_thread: ServerThread | None = None
        self._failures: list[str] = []
        self.recorder = Recorder(long_polls=parent.long_polls if parent else ())
        self.url = ""

    def start(self) -> None:
        """Start the server, unless it runs.

        Raises:
            ServerError: It did not start.
        """
        if self._server_thread is not None:
            return
        server = cherrypy.server
        cherrypy.server.lifespan_timeout = self._timeout
        server_thread = ServerThread(
            self._kind,
            cherrypy.tree,
            self.recorder,
            host=server.socket_host,
            port=server.socket_port,
            timeout=self._timeout,
            drain=self._drain,
            on_end=self._exit,
        )
        server_thread.start()
        self._server_thread = server_thread
        server.socket_port = server_thread.port
        self.url = base_url(server_thread.scheme, server.socket_host, server_thread.port)
        self.bus.log(f"Serving on {self.url}")

    start.priority = SERVER_START  # type: ignore[attr-defined]

    def stop(self) -> None:
        """Stop the server if it runs, and report which requests were cut.

        Raises:
            ApplicationError: The application did not shut down.
        """
        if self._server_thread is not None:
            server_thread, self._server_thread = self._server_thread, None
            cut = server_thread.stop()
            for request in cut:
                self.bus.log(f"Cut while in flight: {request}", level=30)
            self._report(cut=cut)
            if server_thread.shutdown_error is not None:
                raise server_thread.shutdown_error

    stop.priority = SERVER_STOP  # type: ignore[attr-defined]

    def log(self, message: str, level: int) -> None:
        """Report why a listener has failed: after that the engine ends the process."""
        failed = _LISTENER_ERROR.match(message) if level >= logging.ERROR else None
        error = sys.exc_info()[1]
        if error is not None and (failed or isinstance(error, wspbus.ChannelFailures)):
            JOURNAL.leave_out(error)
        if failed and error is not None:
            text = str(error) if isinstance(error, RobotCherryPyError) else _raised(failed, error)
            self._failures.append(text)
            is_starting = self.bus.state == wspbus.states.STARTING
            self._report(**{"error": text} if is_starting else {"errors": self._failures})

    log.priority = _BEFORE_LOG  # type: ignore[attr-defined]

    def exit(self) -> None:
        """Tell a person at the end of the output why a listener has failed."""
        if self._parent is None:
            for text in self._failures:
                print(f"robot-cherrypy: {text}", file=sys.stderr)  # noqa: T201 - this is the command line

    def look_for_end(self) -> None:
        """End this process if the server does not listen any more though nobody stops it."""
        if self._server_thread is None:
            return
        self._server_thread.catch_up()
        reason = self.recorder.end_reason or self._server_thread.end_reason
        if reason is not None:
            self._exit(reason)

    def _exit(self, reason: str) -> None:
        self._report(end_reason=reason)
        # On another thread: this one is the server's, and stopping waits for it.
        threading.Thread(target=self.bus.exit, name="engine-exit").start()

    def _report(self, **facts: Any) -> None:
        if self._parent is not None:
            self._parent.report(**facts)


def _raised(failed: "re.Match[str]", error: BaseException) -> str:
    raised = f"{type(error).__name__}: {text_by(str, error)}"
    return f"The {failed['channel']} listener {failed['name']} raised {raised}"


class _Commands:
    """What a parent may ask for, a method each; they take and return what JSON can hold."""

    def __init__(self, plugin: _ServerPlugin, switch_coverage: Callable[[str], Any]) -> None:
        self._plugin, self._recorder = plugin, plugin.recorder
        self._switch_coverage = switch_coverage

    def in_flight(self) -> list[dict[str, Any]]:
        """See `Server.in_flight`."""
        return _as_json(self._recorder.in_flight())

    def stacks(self) -> list[Stack]:
        """See `Server.stacks`."""
        return application_stacks()

    def requests_left_after(self, timeout: float, except_paths: list[str]) -> list[dict[str, Any]]:
        """See `Server.requests_left_after`."""
        left = self._recorder.requests_left_after(timeout, except_paths=tuple(except_paths))
        return _as_json(left)

    def wait_for_end(self, since: float, timeout: float) -> list[dict[str, Any]]:
        """See `Server.wait_for_end`; return what is in flight, of which no record was sent yet."""
        self._recorder.wait_for_end(since, timeout)
        self._plugin.look_for_end()
        return self.in_flight()

    def arm(self, **fault: Any) -> None:
        """See `Server.arm`."""
        self._recorder.faults.arm(Fault(**fault))

    def clear_faults(self, number: int | None) -> None:
        """See `Server.clear_faults`."""
        self._recorder.faults.clear(number)

    def refuse_connections(self) -> None:
        """See `Server.refuse_connections`."""
        self._plugin.stop()

    def accept_connections(self) -> None:
        """See `Server.accept_connections`."""
        self._plugin.start()

    def switch_coverage(self, context: str) -> None:
        """Count what this process does from now on for a context of coverage."""
        self._switch_coverage(context)


def _as_json(exchanges: list[Exchange]) -> list[dict[str, Any]]:
    return [wire.exchange_as_json(exchange) for exchange in exchanges]
