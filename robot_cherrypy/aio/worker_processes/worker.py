"""The worker process' side: what the parent passes to it, and what it tells the parent."""

import contextlib
import functools
import os
import signal
import threading
from typing import Any, Protocol

import cherrypy

from robot_cherrypy.aio.worker_processes.figures import Figures, WorkerProcess
from robot_cherrypy.aio.worker_processes.shared_sessions import check_sessions

# Says that a process is a worker process: that of its parent, its number, and how many there are.
VARIABLE = "ROBOT_CHERRYPY_WORKER"
# The file descriptors that a worker process begins with. The first is that of sd_listen_fds(3).
LISTENER, FIGURES, REPORTS, ORDERS = range(3, 7)

# What a worker process reports, and what the parent orders. The end of the orders means that the
# parent has ended.
READY = b"+"
RESTART = b"r"
RETIRE = b"-"

# How long a process that is replaced keeps idle connections for one request more, in seconds:
# longer than a browser or a load balancer that is at work pauses between two requests.
_IDLE_GRACE = 2.0
# Priorities of listeners of the bus: before all others, and after them.
_FIRST, _LAST = 1, 100


class _Server(Protocol):
    """What a worker process knows of its server."""

    idle_grace: float

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of responses, of requests in flight and of connections."""


class Worker:
    """This process, if it is a worker process."""

    def __init__(self, number: int, count: int) -> None:
        self._number, self._count = number, count
        self._server: _Server | None = None
        self._figures = Figures(FIGURES, count)
        for descriptor in range(LISTENER, ORDERS + 1):
            os.set_inheritable(descriptor, False)
        # From here on the socket is one that systemd passes, also for CherryPy.
        os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
        threading.Thread(target=self._follow_orders, name="orders", daemon=True).start()

    def join_bus(self) -> None:
        """Check the application before the engine starts it, and report when it has started."""
        cherrypy.engine.subscribe("start", self._check, _FIRST)
        # Published when the engine blocks: a listener to the start is called even if others fail.
        cherrypy.engine.subscribe("main", self._report_ready)
        cherrypy.engine.subscribe("exit", self._restart, _LAST)

    def serves(self, server: _Server) -> None:
        """Note which server the figures are those of."""
        self._server = server

    def update_figures(self) -> None:
        """Write the figures where all worker processes read them."""
        if self._server is not None:
            self._figures.update(self._number, *self._server.counts())

    def read_figures(self) -> tuple[WorkerProcess, ...]:
        """Return the figures of all worker processes."""
        self.update_figures()
        return self._figures.read()

    def _check(self) -> None:
        check_sessions(cherrypy.tree, self._count)

    def _report_ready(self) -> None:
        cherrypy.engine.unsubscribe("main", self._report_ready)
        self._report(READY)

    def _restart(self) -> None:
        """Let the parent do what `engine.restart()` would: this process has its socket from it."""
        if cherrypy.engine.execv:
            cherrypy.engine.execv = False
            self._report(RESTART)

    @staticmethod
    def _report(what: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # the parent has ended, and so will this process
            os.write(REPORTS, what)

    def _follow_orders(self) -> None:
        if os.read(ORDERS, 1) == RETIRE and self._server is not None:
            self._server.idle_grace = _IDLE_GRACE
        # As the parent does at a stop: the engine drains the server, or, while it starts, the
        # process ends.
        os.kill(os.getpid(), signal.SIGTERM)


@functools.cache
def current() -> Worker | None:
    """Return this process' part among worker processes, or None if it is not one of them.

    A program that a worker process starts inherits its environment, and has another parent.
    """
    parent, number, count = map(int, os.environ.get(VARIABLE, "0 0 0").split())
    return Worker(number, count) if parent and parent == os.getppid() else None


def read_figures() -> tuple[WorkerProcess, ...]:
    """Return the figures of this server's worker processes, for a page of metrics.

    Returns:
        One for each; none if this server has no worker processes (`server.workers`).
    """
    worker: Any = current()
    return worker.read_figures() if worker else ()
