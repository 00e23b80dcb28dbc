"""Errors of threads belong to the request or the server that the thread works for."""

import functools
import gc
import logging
import os
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

import cherrypy
import pytest
from cherrypy.process import plugins

from robot_cherrypy.harness.registry import new_server
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.traffic.journal import JOURNAL
from robot_cherrypy.traffic.thread_owners import APPLICATION_PACKAGES, _works_for_many

pytestmark = pytest.mark.timing

_LOG = logging.getLogger("shop")


class Worker(plugins.SimplePlugin):
    """Has a thread for each job, from the start of its server on."""

    def __init__(self):
        super().__init__(cherrypy.engine)
        self.wanted = {job: threading.Event() for job in (self.fail, self.report, self.finalize)}

    def start(self):
        for job, wanted in self.wanted.items():
            threading.Thread(target=self.run, args=(job, wanted), daemon=True).start()

    def run(self, job, wanted):
        wanted.wait()
        job()

    def fail(self):
        raise ValueError("fail")

    def report(self):
        try:
            self.fail()
        except ValueError:
            _LOG.exception("The job has failed.")

    def finalize(self):
        class Failing:
            def __del__(self):
                raise ValueError("finalize")

        Failing()
        gc.collect()


class Jobs:
    """Lets a plugin, a monitor and pools work."""

    def __init__(self):
        self.worker = Worker()
        self.worker.subscribe()
        self.is_wanted = False
        self.pools = []
        cherrypy.engine.subscribe("stop", self.close_pools)
        plugins.Monitor(cherrypy.engine, self.monitored, frequency=0.01).subscribe()

    def close_pools(self):
        for pool in self.pools:
            pool.__exit__(None, None, None)

    def monitored(self):
        if self.is_wanted:
            raise ValueError("monitored")

    @cherrypy.expose
    def index(self, job):
        if job == "monitored":
            self.is_wanted = True
        else:
            self.worker.wanted[getattr(self.worker, job)].set()

    @cherrypy.expose
    def leave_unflushed(self):
        ours, theirs = socket.socketpair()
        file = ours.makefile("wb")
        file.write(b"never sent")
        os.close(ours.detach())
        theirs.close()
        del file
        gc.collect()

    @cherrypy.expose
    def start_pools(self):
        executor, pool = ThreadPoolExecutor(1), ThreadPool(1)
        self.pools += (executor, pool)
        executor.submit(time.sleep, 0).result()
        pool.apply(time.sleep, (0,))


@pytest.fixture(params=["thread", "process"])
def server(request, kind):
    """A server with background jobs."""
    server = new_server(
        Launch(
            application=f"{__name__}:Jobs",
            alias="shop",
            kind=kind,
            isolation=request.param,
            configuration={},
        )
    )
    server.start()
    yield server
    server.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("job", ["fail", "report", "monitored", "finalize"])
def test_an_error_of_no_request_belongs_to_its_server(client, server, job):
    """Of a plugin's thread, whether it ends the thread or is logged, of a monitor, of `__del__`."""
    client.get(f"/?job={job}")
    deadline = time.monotonic() + 60
    while not client.errors() and time.monotonic() < deadline:
        time.sleep(0.01)
    [error] = client.errors()
    assert (error.exchange, error.server, error.when) == (None, "shop", "in a thread")
    assert str(error).startswith(f"ValueError: {'fail' if job == 'report' else job} in {__name__}.")
    assert str(error).endswith(", in a thread of server 'shop'")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_errors_in_finalizers_of_libraries_are_nobodys(client, server):
    """A file of a closed connection cannot be flushed, which Python 3.13 tells of."""
    client.get("/leave_unflushed")
    server.wait_for_end(client.start, 60)
    assert [] == client.errors()


def test_threads_of_pools_are_not_waited_for(client, server):
    """They never end; and what they do later is of other requests."""
    client.get("/start_pools")
    started = time.monotonic()
    server.wait_for_end(client.start, 60)
    assert time.monotonic() - started < 30


def test_other_threads_of_this_process_have_no_server_errors():
    """Such as those of a test's own libraries."""
    start, failed = time.monotonic(), threading.Event()

    def fail():
        try:
            int("one")
        except ValueError:
            _LOG.exception("This is of no application.")
        failed.set()

    threading.Thread(target=fail).start()
    assert failed.wait(60)
    assert [] == [error for error in JOURNAL.new_errors if error.at >= start]


def test_hooks_of_python_are_restored(server):
    """With the last server; exceptions that end a thread need none."""
    hooks = sys.unraisablehook, threading.excepthook
    server.stop()
    assert threading.excepthook is hooks[1]
    in_process = server.launch.isolation == "thread"
    assert (sys.unraisablehook is not hooks[0]) == in_process


@pytest.mark.parametrize(
    ("thread", "works_for_many"),
    [
        (threading.Thread(target=print), False),
        (threading.Thread(target=functools.partial(_LOG.info, "done")), True),
        (threading.Thread(target=test_hooks_of_python_are_restored), False),
        (threading.Timer(1, test_hooks_of_python_are_restored), False),
        (plugins.BackgroundTask(1, print), True),
    ],
)
def test_a_library_has_pools(monkeypatch, thread, works_for_many):
    """A thread that a library starts for itself is one of a pool, unless it is under test."""

    class Frame:
        f_code = logging.Logger.info.__code__
        f_globals = vars(logging)

    assert works_for_many == _works_for_many(thread, Frame)
    assert isinstance(thread, plugins.BackgroundTask) == _works_for_many(thread, sys._getframe())
    monkeypatch.setattr("robot_cherrypy.traffic.thread_owners.APPLICATION_PACKAGES", {"logging"})
    assert "logging" not in APPLICATION_PACKAGES
    assert isinstance(thread, plugins.BackgroundTask) == _works_for_many(thread, Frame)
