"""Coroutines in every place where CherryPy calls an application's code, and what cancels them."""

import asyncio
import contextvars
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import cherrypy
import pytest

from robot_cherrypy import aio
from robot_cherrypy.tests.aio.conftest import RunningServer

variable = contextvars.ContextVar("variable", default="unset")
AUTH = {"Authorization": "Basic YWRhOmxvdmVsYWNl"}  # ada:lovelace
WRONG = {"Authorization": "Basic YWRhOndyb25n"}  # ada:wrong


async def check_password(_realm, user, password):
    await asyncio.sleep(0.001)
    return (user, password) == ("ada", "lovelace")


class CheckPassword:
    async def __call__(self, realm, user, password):
        return await check_password(realm, user, password)


@aio.blocking
def check_password_slowly(_realm, user, password):
    time.sleep(0.001)
    assert threading.current_thread().name.startswith("robot_cherrypy worker")
    return (user, password) == ("ada", "lovelace")


def protected(check):
    """Configure a page for users whose password `check` accepts."""
    return cherrypy.config(
        **{
            "tools.auth_basic.on": True,
            "tools.auth_basic.realm": "test",
            "tools.auth_basic.checkpassword": check,
        }
    )


async def error_page(status, message, traceback, version):
    await asyncio.sleep(0)
    return f"page for {status}"


async def hook():
    await asyncio.sleep(0)
    cherrypy.response.headers["X-Hook"] = cherrypy.request.path_info


@cherrypy.tools.register("before_handler")
async def coroutine_tool(value):
    await asyncio.sleep(0)
    cherrypy.request.tool_value = value


async def dispatch(path):
    await asyncio.sleep(0)
    cherrypy.dispatch.Dispatcher()(path)
    cherrypy.request.dispatched = path


class Number:
    def __init__(self, number):
        self.number = number

    @cherrypy.expose
    async def index(self):
        return f"number {self.number}"


class Numbers:
    async def _cp_dispatch(self, vpath):
        await asyncio.sleep(0)
        return Number(vpath.pop(0))


class Root:
    numbers = Numbers()

    def __init__(self):
        self.events = []
        self.entered = threading.Event()
        self.ended = threading.Event()

    @cherrypy.expose
    @protected(check_password)
    async def function(self):
        return cherrypy.request.login

    @cherrypy.expose
    @protected(CheckPassword())
    async def instance(self):
        return cherrypy.request.login

    @cherrypy.expose
    @protected(lambda *args, **kwargs: check_password(*args, **kwargs))  # noqa: PLW0108
    async def wrapped(self):
        return cherrypy.request.login

    @cherrypy.expose
    @protected(check_password_slowly)
    async def blocking(self):
        return cherrypy.request.login

    @cherrypy.expose
    @cherrypy.config(**{"error_page.404": error_page, "error_page.default": error_page})
    async def failing(self, status):
        raise cherrypy.HTTPError(int(status))

    @cherrypy.expose
    @cherrypy.config(**{"hooks.before_finalize": hook})
    def hooked(self):
        return b""

    @cherrypy.expose
    @cherrypy.tools.coroutine_tool(value="from the tool")
    def tooled(self):
        return cherrypy.request.tool_value

    @cherrypy.expose
    def dispatched(self):
        return cherrypy.request.dispatched

    @cherrypy.expose
    async def group(self):
        async def part(number):
            await asyncio.sleep(0.001)
            return f"{number} {cherrypy.request.path_info}"

        async with asyncio.TaskGroup() as tasks:
            parts = [tasks.create_task(part(number)) for number in range(3)]
        return ", ".join(task.result() for task in parts)

    @cherrypy.expose
    @cherrypy.config(**{"request.timeout": 0.02})
    async def late(self):
        await asyncio.sleep(30)

    @cherrypy.expose
    async def forever(self):
        hooks = cherrypy.request.hooks
        hooks.attach("on_end_resource", lambda: self.events.append("on_end_resource"))
        hooks.attach("on_end_request", self.end)
        self.entered.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.events.append("cancelled")
            raise

    def end(self):
        self.events.append("on_end_request")
        self.ended.set()

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    async def stream(self):
        try:
            while True:
                self.entered.set()
                yield b"x" * 1000
                await asyncio.sleep(0)
        finally:
            self.events.append("closed")
            self.ended.set()

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def plain_stream(self):
        try:
            while True:
                self.entered.set()
                yield b"x" * 1000
        finally:
            self.events.append("closed")
            self.ended.set()

    @cherrypy.expose
    async def identity(self, number):
        before = variable.get()
        variable.set(number)
        for _ in range(5):
            await asyncio.sleep(0)
            assert cherrypy.request.params["number"] == number
        cherrypy.response.headers["X-Number"] = number
        return f"{before} {variable.get()}"

    @cherrypy.expose
    def plain_identity(self, number):
        before = variable.get()
        variable.set(number)
        time.sleep(0.0005)
        cherrypy.response.headers["X-Number"] = cherrypy.request.params["number"]
        return f"{before} {variable.get()}"


@pytest.mark.parametrize("page", ["function", "instance", "wrapped", "blocking"])
def test_coroutines_check_passwords(serve, page):
    """A coroutine function that checks passwords is awaited: a coroutine alone would be true."""
    running = serve(Root())
    statuses = [running.request(f"/{page}", headers=headers)[0] for headers in ({}, WRONG, AUTH)]
    assert [401, 401, 200] == statuses
    assert "ada" == running.get(f"/{page}", headers=AUTH)


def test_error_pages_may_be_coroutines(serve):
    """Error pages may be coroutine functions."""
    running = serve(Root())
    assert (404, "page for 404 Not Found") == request(running, "/failing?status=404")
    assert (409, "page for 409 Conflict") == request(running, "/failing?status=409")


def request(running, path):
    status, _headers, body = running.request(path)
    return status, body.decode().rstrip()


def test_coroutines_as_hooks_tools_and_dispatchers(serve):
    """Hooks, tools and dispatchers may be coroutine functions."""
    running = serve(Root(), {"request.dispatch": dispatch})
    assert "/hooked" == running.request("/hooked")[1]["X-Hook"]
    assert "from the tool" == running.get("/tooled")
    assert "/dispatched" == running.get("/dispatched")
    assert "number 7" == running.get("/numbers/7/")


def test_task_groups_see_the_request(serve):
    """`cherrypy.request` is the page's in tasks that the page starts."""
    assert "0 /group, 1 /group, 2 /group" == serve(Root()).get("/group")


def test_engine_listeners_may_be_coroutines():
    """`publish` returns what the coroutine returns."""

    async def listener(value):
        await asyncio.sleep(0)
        return value * 2

    cherrypy.engine.subscribe("doubling", listener)
    try:
        assert [4] == cherrypy.engine.publish("doubling", 2)
    finally:
        cherrypy.engine.unsubscribe("doubling", listener)


def test_requests_have_a_time_limit_if_configured(serve):
    """A coroutine that takes longer than `request.timeout` is cancelled; the status is 503."""
    status, body = request(serve(Root()), "/late")
    assert (503, True) == (status, "The page was not ready within 0.02 s." in body)


def test_a_coroutine_is_cancelled_when_its_client_disconnects(serve):
    """CancelledError is raised in the page, and the hooks for the end of the request run."""
    root = Root()
    connection = serve(root).connect()
    connection.request("GET", "/forever")
    assert root.entered.wait(60)
    connection.close()
    assert root.ended.wait(60)
    assert ["cancelled", "on_end_resource", "on_end_request"] == root.events


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("page", ["stream", "plain_stream"])
def test_streams_are_closed_when_their_client_disconnects(serve, page, wrapped):
    """A generator whose client has disconnected is closed, also behind ASGI middleware."""
    root = Root()
    running = serve(root)
    if wrapped:
        running.stop()
        running = RunningServer(
            aio.HTTPServer(running.server.settings, wrap(running.server.application))
        )
    connection = running.connect()
    connection.request("GET", f"/{page}")
    assert root.entered.wait(60)
    connection.close()
    assert root.ended.wait(60)
    assert ["closed"] == root.events
    running.stop()


def wrap(application):
    """Wrap an application in ASGI middleware that has a `receive` and a `send` of its own."""

    async def middleware(scope, receive, send):
        async def sending(message):
            await send(message)

        async def receiving():
            return await receive()

        await application(scope, receiving, sending)

    return middleware


def test_a_plain_page_runs_to_its_end_when_its_client_disconnects(serve):
    """A plain function cannot be interrupted; its request ends after it, as on threads."""

    class Plain:
        def __init__(self):
            self.entered, self.leave, self.ended = (threading.Event() for _ in range(3))
            self.events = []

        @cherrypy.expose
        @cherrypy.config(**{"hooks.on_end_request": lambda: plain.end()})  # noqa: PLW0108
        def index(self):
            self.entered.set()
            self.leave.wait(60)
            self.events.append(f"left {cherrypy.request.path_info}")
            return "nobody reads it"

        def end(self):
            self.events.append("ended")
            self.ended.set()

    plain = Plain()
    running = serve(plain)
    connection = running.connect()
    connection.request("GET", "/")
    assert plain.entered.wait(60)
    connection.close()
    assert is_left(running)
    plain.leave.set()
    assert plain.ended.wait(60)
    assert ["left /", "ended"] == plain.events


def is_left(running):
    """Return whether all clients of a server are disconnected in time."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not running.server.connections:
            return True
    return False


def test_contexts_do_not_leak_under_load(serve):
    """A request sees neither the request nor the context variables of another."""
    running = serve(Root())

    def client(first):
        connection = running.connect()
        wrong = []
        for number in range(first, first + 100):
            page = "identity" if number % 2 else "plain_identity"
            _s, headers, body = running.request(f"/{page}?number={number}", connection=connection)
            seen = headers["X-Number"], body.decode()
            if seen != (str(number), f"unset {number}"):
                wrong.append((number, seen))
        connection.close()
        return wrong

    with ThreadPoolExecutor(16) as clients:
        results = list(clients.map(client, range(0, 1600, 100)))
    assert [[]] * 16 == results


def test_plain_pages_wait_for_a_free_thread(serve):
    """When threads and queue are full, a request waits, and gets 503 if that takes too long."""

    class Slow:
        def __init__(self):
            self.entered = threading.Semaphore(0)
            self.leave = threading.Event()

        @cherrypy.expose
        def index(self):
            self.entered.release()
            self.leave.wait(60)
            return "done"

    slow = Slow()
    running = serve(slow, thread_pool=2, accepted_queue_size=0, accepted_queue_timeout=0.1)
    with ThreadPoolExecutor(3) as clients:
        first = [clients.submit(running.request, "/") for _ in range(2)]
        assert [True, True] == [slow.entered.acquire(timeout=60) for _ in range(2)]
        assert 503 == running.request("/")[0]
        slow.leave.set()
        assert [200, 200] == [response.result()[0] for response in first]
        assert 200 == running.request("/")[0]


def test_the_watchdog_logs_what_blocks_the_loop(serve, monkeypatch):
    """With `server.blocked_after`, what blocks the loop is logged with its stack."""
    logged = []
    monkeypatch.setattr(cherrypy.engine, "log", lambda message, **_kwargs: logged.append(message))

    class Blocking:
        @cherrypy.expose
        async def index(self):
            time.sleep(0.3)  # noqa: ASYNC251 - what a coroutine must not do
            return "done"

    running = serve(Blocking(), blocked_after=0.05)
    told = []
    while not told:  # the watchdog's thread may be late
        assert "done" == running.get("/")
        told = [message for message in logged if "in index" in message]
    running.stop()
    assert "The event loop was blocked for" in told[0]
