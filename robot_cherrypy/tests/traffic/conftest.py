"""A server of each kind with an application that fails in every way there is."""

import asyncio
import threading
import time

import cherrypy
import pytest
import requests

from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.traffic.journal import JOURNAL
from robot_cherrypy.websocket import websocket


class Failing:
    """Fails in every way."""

    @cherrypy.expose
    def index(self, **_parameters):
        return "fine"

    @cherrypy.expose
    def echo(self):
        return cherrypy.request.body.read()

    @cherrypy.expose
    def handler(self):
        raise ZeroDivisionError("in the handler")

    @cherrypy.expose
    def hidden(self):
        try:
            raise LookupError("nobody sees it")  # noqa: TRY301
        except LookupError:
            cherrypy.log("could not look it up", traceback=True)
        return "fine"

    @cherrypy.expose
    def http_error(self):
        try:
            raise OSError("disk full")  # noqa: TRY301
        except OSError as error:
            raise cherrypy.HTTPError(500, "sorry") from error

    @cherrypy.expose
    def refusal(self):
        raise cherrypy.HTTPError(404, "no such thing")

    @cherrypy.expose
    def redirect(self):
        raise cherrypy.HTTPRedirect("/")

    @cherrypy.expose
    def status(self):
        cherrypy.response.status = 502
        return "it says so itself"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self):
        def chunks():
            yield "a chunk"
            raise BufferError("after the headers")

        return chunks()

    @cherrypy.expose
    @websocket
    def socket(self, ws):
        for message in ws:
            raise EOFError(message)

    @cherrypy.expose
    @websocket
    async def coroutine_socket(self, ws):
        async for message in ws:
            raise EOFError(message)

    @cherrypy.expose
    def thread(self):
        def work():
            raise RuntimeError("in a thread")

        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
        return "fine"

    @cherrypy.expose
    @cherrypy.config(**{"tools.log_tracebacks.on": False})
    def unlogged(self):
        raise KeyError("never logged")

    @cherrypy.expose
    def slow(self, seconds="0.3"):
        time.sleep(float(seconds))
        return "fine"

    @cherrypy.expose
    def late(self):
        def work():
            time.sleep(0.1)
            raise RuntimeError("late")

        threading.Thread(target=work).start()
        return "fine"


class Coroutines(Failing):
    """Fails in the ways of coroutines too."""

    @cherrypy.expose
    async def coroutine(self):
        await asyncio.sleep(0)
        raise ZeroDivisionError("in a coroutine")

    @cherrypy.expose
    async def task(self):
        async def work():
            raise RuntimeError("in a task")

        task = asyncio.create_task(work())
        await asyncio.wait([task])
        return "fine"


@pytest.fixture(params=["threaded", "async"])
def kind(request):
    """Each kind of server."""
    return request.param


@pytest.fixture(params=["thread", "process"])
def server(request, kind):
    """A server of each kind and isolation."""
    launch = Launch(
        application=f"{__name__}:{'Failing' if kind == 'threaded' else 'Coroutines'}",
        alias="failing",
        kind=kind,
        configuration={"/": {"request.show_tracebacks": False}},
        timeout=10,
    )
    server = ChildProcessServer(launch) if request.param == "process" else InProcessServer(launch)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def in_process(kind):
    """A server of each kind in this process."""
    launch = Launch(
        application=f"{__name__}:{'Failing' if kind == 'threaded' else 'Coroutines'}",
        alias="failing",
        kind=kind,
        configuration={},
    )
    server = InProcessServer(launch)
    server.start()
    yield server
    server.stop()


class Client:
    """Asks, waits until the server is done with it, and returns what went wrong there."""

    def __init__(self, server):
        self._server = server
        self.start = time.monotonic()

    def get(self, path, **options):
        return requests.get(self._server.url + path, timeout=10, **options)

    def failures(self):
        assert [] == self._server.wait_until_idle(5)
        return [one for one in JOURNAL.failures if one.at >= self.start]

    def exchanges(self):
        assert [] == self._server.wait_until_idle(5)
        return JOURNAL.exchanges_since(self.start)


@pytest.fixture
def client(server):
    """A client of the server."""
    return Client(server)
