"""Servers of each kind and isolation, with an application that has errors of every kind."""

import asyncio
import threading
import time
from pathlib import Path

import cherrypy
import pytest
import requests

from robot_cherrypy.harness.registry import new_server
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.traffic.journal import JOURNAL
from robot_cherrypy.websocket import websocket


class Outcome(BaseException):
    """As the outcomes of pytest, and the time-outs of gevent."""


def _page_that_fails(**_parameters):
    raise ArithmeticError("in the error page")


class Failing:
    """Has an error of each kind that is possible on both servers."""

    @cherrypy.expose
    def index(self, **_parameters):
        return "fine"

    @cherrypy.expose
    def echo(self):
        return cherrypy.request.body.read()

    @cherrypy.expose
    def cookies(self):
        cherrypy.response.cookie["a"] = "1"
        cherrypy.response.cookie["b"] = "2"
        return "fine"

    @cherrypy.expose
    def handler(self):
        raise ZeroDivisionError("in the handler")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def json(self):
        raise ZeroDivisionError("in the handler")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    @cherrypy.tools.encode()
    def unserialisable(self):
        return object()

    @cherrypy.expose
    def hidden(self):
        try:
            raise LookupError("nobody sees it")  # noqa: TRY301
        except LookupError:
            cherrypy.log("could not look it up", traceback=True)
        return "fine"

    @cherrypy.expose
    def engine_log(self):
        try:
            raise LookupError("on the bus")  # noqa: TRY301
        except LookupError:
            cherrypy.engine.log("could not look it up", traceback=True)
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
    @cherrypy.config(**{"error_page.403": _page_that_fails})
    def error_page(self):
        raise cherrypy.HTTPError(403)

    @cherrypy.expose
    @cherrypy.config(**{"error_page.410": "no-such-page.html"})
    def error_file(self):
        raise cherrypy.HTTPError(410)

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
    @cherrypy.config(**{"response.stream": True, "tools.encode.on": False})
    def text_stream(self):
        return iter(["text"])

    @cherrypy.expose
    def base(self):
        raise Outcome("no Exception")

    @cherrypy.expose
    def cancelled(self):
        raise asyncio.CancelledError("by itself")

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def base_stream(self):
        def chunks():
            yield "a chunk"
            raise Outcome("after the headers")

        return chunks()

    @cherrypy.expose
    def base_thread(self):
        def work():
            raise Outcome("in a thread")

        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
        return "fine"

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
    def held(self, until):
        while not Path(until).exists():
            time.sleep(0.01)
        return "released"

    @cherrypy.expose
    def late(self):
        def work():
            time.sleep(0.1)
            raise RuntimeError("late")

        threading.Thread(target=work).start()
        return "fine"


class Coroutines(Failing):
    """Has errors in coroutines too, for the asyncio server."""

    @cherrypy.expose
    async def coroutine(self):
        await asyncio.sleep(0)
        raise ZeroDivisionError("in a coroutine")

    @cherrypy.expose
    async def own_cancel(self):
        asyncio.current_task().cancel("by its own code")
        await asyncio.sleep(1)

    @cherrypy.expose
    async def task(self):
        async def work():
            raise RuntimeError("in a task")

        task = asyncio.create_task(work())
        await asyncio.wait([task])
        return "fine"


@pytest.fixture(params=["threaded", "async"])
def kind(request):
    """One kind of server, then the other."""
    return request.param


@pytest.fixture(params=["thread", "process"])
def server(request, kind):
    """A server of the kind, in this process and in a child process."""
    launch = Launch(
        application=f"{__name__}:{'Failing' if kind == 'threaded' else 'Coroutines'}",
        alias="failing",
        kind=kind,
        isolation=request.param,
        configuration={"/": {"request.show_tracebacks": False}},
    )
    server = new_server(launch)
    server.start()
    yield server
    server.stop()


class Client:
    """Sends requests to a server, and returns what was recorded of them when they have ended."""

    def __init__(self, server):
        self._server = server
        self.start = time.monotonic()

    def get(self, path, **options):
        return requests.get(self._server.url + path, timeout=60, **options)

    def errors(self):
        assert [] == self._server.requests_left_after(60)
        return [error for error in JOURNAL.new_errors if error.at >= self.start]

    def exchanges(self):
        assert [] == self._server.requests_left_after(60)
        return JOURNAL.exchanges_since(self.start)


@pytest.fixture
def client(server):
    """A client of the server."""
    return Client(server)
