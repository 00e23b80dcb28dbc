"""The parent of worker processes: starts them, replaces them, reloads them and stops them."""

import contextlib
import fcntl
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import cherrypy
from cherrypy.process import wspbus

from robot_cherrypy.aio import sockets
from robot_cherrypy.aio.worker_processes.figures import Figures, make_file
from robot_cherrypy.aio.worker_processes.worker import (
    FIGURES,
    LISTENER,
    ORDERS,
    READY,
    REPORTS,
    RESTART,
    RETIRE,
    VARIABLE,
)
from robot_cherrypy.errors import ServerError
from robot_cherrypy.settings import checks

# The pauses before a worker process that has ended is replaced, in seconds. The first hardly delays
# the replacement of one that was killed; the last spares a machine on which all fail, and is short
# enough for people who wait for the database to be back. Each pause is twice the one before.
_FIRST_PAUSE, _LAST_PAUSE = 0.1, 10.0
# A process that has lived for so long, in seconds, did not fail because of its start.
_LONG_LIFE = 30.0
# Descriptors of this process that are passed on are above those that they become in the worker
# process (`worker.LISTENER` and others), as each would otherwise replace the next.
_ABOVE = 10
# What a shell reports of a command that Ctrl-C has ended.
_INTERRUPTED = 130
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


def serve_by_workers(count: int, settings: Any) -> int:
    """Start worker processes with this process' command, and block until they have ended.

    SIGTERM and SIGINT stop them, and their requests in flight may end; a second SIGINT kills them.
    SIGHUP replaces one after the other.

    Args:
        count: How many.
        settings: The address, as attributes of `cherrypy.server`.

    Returns:
        The exit code for this process: 0, that of a worker process that did not start, or 130 after
        a second SIGINT.

    Raises:
        ServerError: There cannot be worker processes here, or the address cannot be used.
    """
    if not hasattr(os, "posix_spawn"):
        raise ServerError("server.workers needs POSIX, as Linux and macOS have it: it has to be 1.")
    checks.check(settings)
    try:
        listener = sockets.bind(settings)
    except OSError as error:
        raise ServerError(f"{settings.bind_addr} cannot be bound: {error.strerror}.") from error
    address = listener.getsockname()
    try:
        with _Parent(count, listener) as parent:
            return parent.run()
    finally:
        sockets.release(listener, address)


@dataclass
class _Process:
    """One worker process, as its parent sees it."""

    number: int
    pid: int
    reports: int
    orders: int
    started: float
    is_ready: bool = False
    is_retired: bool = False
    is_restarting: bool = False


class _Parent:
    """What `serve_by_workers` does.

    A number stands for one place among the worker processes. While one is replaced, two processes
    have its number: the old one is retired when the new one is ready.
    """

    def __init__(self, count: int, listener: socket.socket) -> None:
        self._count = count
        self._processes: dict[int, _Process] = {}
        # When to start a process with a number. The first is started alone, so that what is wrong
        # with the application is said once.
        self._due = {0: 0.0}
        self._pauses = dict.fromkeys(range(count), _FIRST_PAUSE)
        self._have_all_started = False
        self._to_reload: list[int] = []
        self._is_stopping = False
        self._code = 0
        self._stack = contextlib.ExitStack()
        file = make_file(count)
        self._figures = Figures(file, count)
        self._stack.callback(self._figures.close)
        self._passed = {FIGURES: self._above(file), LISTENER: self._above(listener.fileno())}
        os.close(file)
        self._selector = self._stack.enter_context(selectors.DefaultSelector())
        self._signals, wakeup = socket.socketpair()
        for each in (self._signals, wakeup):
            each.setblocking(False)
            self._stack.callback(each.close)
        self._selector.register(self._signals, selectors.EVENT_READ)
        self._has_terminal = sys.stdin is not None and sys.stdin.isatty()
        previous = signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        self._stack.callback(signal.set_wakeup_fd, previous)
        for number in _SIGNALS:
            handler = signal.signal(number, lambda *_: None)
            self._stack.callback(signal.signal, number, handler)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            os.kill(process.pid, signal.SIGKILL)
            os.waitpid(process.pid, 0)
        self._stack.close()

    def _above(self, descriptor: int) -> int:
        """Return a copy of a descriptor that can be passed on; it is closed at the end."""
        copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _ABOVE)
        self._stack.callback(os.close, copy)
        return copy

    def run(self) -> int:
        """Return the exit code, when all worker processes have ended."""
        # The command may have a relative path in it, and the program may have changed the folder.
        os.chdir(wspbus._startup_cwd)  # noqa: SLF001 - there CherryPy executes a program anew, too
        while self._processes or self._due:
            keys = [key for key, _events in self._selector.select(self._time_left())]
            for key in keys:
                if key.data:
                    self._heed_report(key.data)
            # After what a process has reported before its end.
            if any(key.fileobj is self._signals for key in keys):
                self._heed_signals()
            now = time.monotonic()
            for number in [number for number, due in self._due.items() if due <= now]:
                del self._due[number]
                self._start(number)
        return self._code

    def _time_left(self) -> float | None:
        if not self._due:
            return None
        return max(0.0, min(self._due.values()) - time.monotonic())

    def _heed_signals(self) -> None:
        for number in self._signals.recv(4096):
            if number == signal.SIGCHLD:
                self._look_for_ended()
            elif number == signal.SIGINT and self._is_stopping:
                self._code = _INTERRUPTED
                self._send(signal.SIGKILL)
            elif number in {signal.SIGTERM, signal.SIGINT}:
                self._stop()
            elif self._has_terminal and not sys.stdin.isatty():
                self._stop()  # the terminal was closed
            else:
                self._reload()

    # -- starting

    def _start(self, number: int) -> None:
        reports, reports_of_worker = os.pipe()
        orders_of_worker, orders = os.pipe()
        with contextlib.ExitStack() as stack:
            passed = dict(self._passed)
            for target, pipe in ((REPORTS, reports_of_worker), (ORDERS, orders_of_worker)):
                passed[target] = fcntl.fcntl(pipe, fcntl.F_DUPFD_CLOEXEC, _ABOVE)
                stack.callback(os.close, passed[target])
                os.close(pipe)
            pid = os.posix_spawn(
                sys.executable,
                [sys.executable, *sys.orig_argv[1:]],
                {**os.environ, VARIABLE: f"{os.getpid()} {number} {self._count}"},
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, source, target) for target, source in passed.items()
                ],
                setpgroup=0,  # Ctrl-C is for the parent alone
            )
        process = _Process(number, pid, reports, orders, time.monotonic())
        self._processes[pid] = process
        self._selector.register(reports, selectors.EVENT_READ, process)

    def _heed_report(self, process: _Process) -> None:
        report = os.read(process.reports, 1)
        if report == READY:
            self._heed_ready(process)
        elif report == RESTART:
            process.is_restarting = True
        else:
            self._selector.unregister(process.reports)  # SIGCHLD says more

    def _heed_ready(self, process: _Process) -> None:
        process.is_ready = True
        self._figures.begin(process.number, process.pid)
        for other in self._of_number(process.number):
            if other is not process:
                self._retire(other)
        if self._to_reload and self._to_reload[0] == process.number:
            self._to_reload.pop(0)
            self._reload_next()
        if not self._have_all_started:
            ready = {each.number for each in self._processes.values() if each.is_ready}
            if ready == {0}:
                self._due |= dict.fromkeys(range(1, self._count), 0.0)
            self._have_all_started = len(ready) == self._count

    def _of_number(self, number: int) -> Iterator[_Process]:
        return (each for each in self._processes.values() if each.number == number)

    # -- replacing

    def _look_for_ended(self) -> None:
        for process in list(self._processes.values()):
            pid, status = os.waitpid(process.pid, os.WNOHANG)
            if pid:
                del self._processes[pid]
                if process.reports in self._selector.get_map():
                    self._selector.unregister(process.reports)
                os.close(process.reports)
                os.close(process.orders)
                if not process.is_retired and not self._is_stopping:
                    self._heed_end(process, os.waitstatus_to_exitcode(status))

    def _heed_end(self, process: _Process, code: int) -> None:
        """Stop all or start another, when a worker process has ended that was not told to."""
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        ended = f"Worker process {process.number} ({process.pid}) ended with {how}"
        if process.is_restarting:
            self._log(f"{ended}: its application restarts")
            self._due[process.number] = 0.0
        elif process.is_ready and code == 0:
            self._log(f"{ended}: its application has stopped the server")
            self._stop()
        elif not process.is_ready and not self._have_all_started:
            self._log(f"{ended} before it served", level=40)
            self._code = code if code > 0 else 1
            self._stop()
        elif any(self._of_number(process.number)):  # one of the two of a reload
            if not process.is_ready:
                self._log(f"{ended} before it served: the reload was given up", level=40)
                self._to_reload.clear()
        else:
            if time.monotonic() - process.started > _LONG_LIFE:
                self._pauses[process.number] = _FIRST_PAUSE
            pause = self._pauses[process.number]
            self._pauses[process.number] = min(2 * pause, _LAST_PAUSE)
            self._due[process.number] = time.monotonic() + pause
            self._log(f"{ended}: another is started in {pause:g} s", level=30)

    def _reload(self) -> None:
        if self._have_all_started and not self._to_reload and not self._is_stopping:
            self._log("Reloading the worker processes")
            self._to_reload = list(range(self._count))
            self._reload_next()

    def _reload_next(self) -> None:
        if self._to_reload:
            # It may be due already, as its process has ended.
            self._due[self._to_reload[0]] = 0.0
        else:
            self._log("All worker processes were reloaded")

    @staticmethod
    def _retire(process: _Process) -> None:
        process.is_retired = True
        with contextlib.suppress(BrokenPipeError):  # it has ended
            os.write(process.orders, RETIRE)

    # -- stopping

    def _stop(self) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            self._due.clear()
            self._send(signal.SIGTERM)

    def _send(self, number: signal.Signals) -> None:
        for process in self._processes.values():
            os.kill(process.pid, number)

    @staticmethod
    def _log(message: str, level: int = 20) -> None:
        cherrypy.engine.log(message, level=level)
