"""A plain request runs whole on one worker thread and in one context; a coroutine's on the loop."""

import asyncio
import contextvars
import sqlite3
import threading
import time
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

import cherrypy
import pytest
import sqlalchemy
from cherrypy._cptree import Tree
from sqlalchemy.orm import scoped_session, sessionmaker

from robot_cherrypy import aio
from robot_cherrypy.tests.aio.conftest import RunningServer, settings

POINTS = (
    *("on_start_resource", "before_request_body", "before_handler", "before_finalize"),
    *("on_end_resource", "before_error_response", "after_error_response", "on_end_request"),
)
variable = contextvars.ContextVar("variable", default="unset")
local = threading.local()


class Threads:
    """What ran on which thread, for one request."""

    def __init__(self):
        self.names = {}
        self.ended = threading.Event()

    def note(self, place):
        self.names[place] = threading.current_thread().name

    def attach(self):
        """Add a hook at each point; the last one ends the test's wait."""
        for point in POINTS[1:]:
            cherrypy.request.hooks.attach(point, lambda point=point: self.note(point), priority=99)
        cherrypy.request.hooks.attach("on_end_request", self.ended.set, priority=100)
        self.note("on_start_resource")

    def kinds(self):
        """Return the kinds of thread, after the end of the request."""
        assert self.ended.wait(60)
        return set(self.names.values())


@cherrypy.popargs("number")
class Popped:
    def __init__(self, threads):
        self.threads = threads

    @cherrypy.expose
    def index(self, number=None):
        self.threads.note("page")
        return str(number)


class Dispatching:
    def __init__(self, threads):
        self.threads = threads

    def _cp_dispatch(self, vpath):
        self.threads.note("_cp_dispatch")
        vpath.clear()
        return Page(self.threads)


class Page:
    def __init__(self, threads):
        self.threads = threads

    @cherrypy.expose
    def index(self):
        self.threads.note("page")
        return "page"


class Root:
    def __init__(self, threads):
        self.threads = threads
        self.popped = Popped(threads)
        self.dispatching = Dispatching(threads)

    @cherrypy.expose
    def plain(self, **_fields):
        self.threads.note("page")
        return "plain"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed(self):
        self.threads.note("page")
        try:
            for number in range(3):
                self.threads.note("generator")
                yield str(number)
        finally:
            self.threads.note("end of generator")

    @cherrypy.expose
    def collected(self):
        for number in range(3):
            self.threads.note("generator")
            yield str(number)

    @cherrypy.expose
    def failing(self):
        self.threads.note("page")
        raise ValueError("failed")

    @cherrypy.expose
    def redirecting(self):
        self.threads.note("before the redirect")
        raise cherrypy.InternalRedirect("/plain")

    @cherrypy.expose
    def to_coroutine(self):
        raise cherrypy.InternalRedirect("/coroutine")

    @cherrypy.expose
    def returning_coroutine(self):
        self.threads.note("page")
        return self.pause()

    async def pause(self):
        await asyncio.sleep(0)
        return "paused"

    @cherrypy.expose
    async def coroutine(self):
        self.threads.note("page")
        return "coroutine"

    @cherrypy.expose
    async def from_coroutine(self):
        raise cherrypy.InternalRedirect("/plain")

    @cherrypy.expose
    @aio.inline
    def inline(self):
        self.threads.note("page")
        return "inline"


PLAIN = (
    *("plain", "streamed", "collected", "failing", "redirecting", "missing", "static.txt"),
    *("returning_coroutine", "popped/7", "dispatching/x", "plain?long=" + "x" * 5000),
    "from_coroutine",
)


@pytest.fixture
def threads():
    return Threads()


@pytest.fixture
def served(serve, threads, tmp_path):
    """Serve the pages; their threads are recorded from the first hook to the last."""
    (tmp_path / "static.txt").write_text("static")
    config = {
        "hooks.on_start_resource": threads.attach,
        "tools.staticdir.on": True,
        "tools.staticdir.dir": str(tmp_path),
    }
    return serve(Root(threads), config, thread_pool=5)


@pytest.mark.parametrize("path", PLAIN)
def test_a_plain_request_runs_on_one_thread(served, threads, path):
    """Hooks, page, generator and dispatcher of the application's own run on one worker thread."""
    served.request("/" + path)
    [thread] = threads.kinds()
    assert thread.startswith("robot_cherrypy worker")


@pytest.mark.parametrize("path", ["coroutine", "inline", "to_coroutine"])
def test_a_coroutine_request_runs_on_the_loop(served, threads, path):
    """The hooks of a coroutine page, and of one marked `inline`, run on the loop's thread."""
    served.request("/" + path)
    assert threads.ended.wait(60)
    assert {served.thread.name} == {threads.names[place] for place in ("page", *POINTS[:2])}


def test_dispatchers_of_the_application_run_on_the_requests_thread(serve, threads):
    """A plain dispatcher and the plain page that it finds share a thread; coroutines need none."""

    def dispatch(path):
        threads.note("dispatcher")
        cherrypy.dispatch.Dispatcher()(path)

    config = {"request.dispatch": dispatch, "hooks.on_start_resource": threads.attach}
    served = serve(Root(threads), config)
    served.get("/plain")
    assert 1 == len(threads.kinds())
    assert "coroutine" == served.get("/coroutine")
    assert served.thread.name == threads.names["page"] != threads.names["dispatcher"]


@pytest.mark.parametrize("kind", ["VirtualHost", "MethodDispatcher"])
def test_dispatchers_of_cherrypy_run_on_the_loop(serve, kind):
    """CherryPy's other dispatchers need no thread either."""

    class Methods:
        exposed = True

        async def GET(self):  # noqa: N802 - its name for the dispatcher
            return threading.current_thread().name

    class Pages:
        @cherrypy.expose
        async def index(self):
            return threading.current_thread().name

    dispatcher = getattr(cherrypy.dispatch, kind)()
    root = Methods() if kind == "MethodDispatcher" else Pages()
    served = serve(root, {"request.dispatch": dispatcher})
    assert served.thread.name == served.get("/")


def test_tools_and_pages_share_what_is_bound_to_a_thread(serve):
    """A thread-local, a connection to SQLite and `thread_data` of a tool are the page's."""

    class Shared:
        @cherrypy.expose
        def index(self):
            row = local.connection.execute("select 'from SQLite'").fetchone()
            return f"{row[0]}, {cherrypy.thread_data.number}"

    def connect():
        local.connection = sqlite3.connect(":memory:")
        assert cherrypy.thread_data.number

    def close():
        local.connection.close()

    def number_thread(number):
        cherrypy.thread_data.number = number

    stopped = []
    cherrypy.engine.subscribe("start_thread", number_thread)
    cherrypy.engine.subscribe("stop_thread", stopped.append)
    cherrypy.engine.thread_manager.subscribe()
    try:
        hooks = {"hooks.before_handler": connect, "hooks.on_end_request": close}
        served = serve(Shared(), hooks, thread_pool=1)
        assert ["from SQLite, 1"] * 2 == [served.get("/") for _ in range(2)]
        served.stop()
    finally:
        cherrypy.engine.unsubscribe("start_thread", number_thread)
        cherrypy.engine.unsubscribe("stop_thread", stopped.append)
    assert [1] == stopped


def test_a_tool_commits_what_a_page_has_added(serve, tmp_path):
    """SQLAlchemy's session of a thread is committed by a tool at the end of the resource."""
    engine = sqlalchemy.create_engine(
        f"sqlite:///{tmp_path / 'names.db'}", connect_args={"timeout": 30}
    )
    names = sqlalchemy.Table("names", sqlalchemy.MetaData(), sqlalchemy.Column("name"))
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table names (name text)"))
    session = scoped_session(sessionmaker(bind=engine))

    class Names:
        @cherrypy.expose
        def add(self, name):
            session.execute(names.insert().values(name=name))
            return "added"

    def commit():
        session.commit()
        session.remove()

    served = serve(Names(), {"hooks.on_end_resource": commit}, thread_pool=4)
    with ThreadPoolExecutor(8) as clients:
        statuses = list(clients.map(lambda n: served.request(f"/add?name={n}")[0], range(20)))
    with engine.connect() as connection:
        rows = connection.execute(names.select()).scalars().all()
    engine.dispose()
    assert ([200] * 20, 20) == (statuses, len(rows))


class Tokens:
    """Pages that reset a context variable which another part of the request has set."""

    def __init__(self):
        self.errors = []
        self.ended = threading.Event()

    def set(self):
        cherrypy.request.token = variable.set("set")
        cherrypy.request.hooks.attach("on_end_request", self.ended.set, priority=99)

    async def set_later(self):
        await asyncio.sleep(0)
        self.set()

    def reset(self):
        try:
            assert "set" == variable.get()
            variable.reset(cherrypy.request.token)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.errors.append(error)
        return "reset"

    async def reset_later(self):
        await asyncio.sleep(0)
        self.reset()

    def attach(self, start, end):
        hooks = cherrypy.request.hooks
        hooks.attach("before_handler", start)
        if end is not None:
            hooks.attach("on_end_request", end)
        else:
            cherrypy.request.resets = True

    @cherrypy.expose
    def page(self):
        return self.reset() if hasattr(cherrypy.request, "resets") else "page"

    @cherrypy.expose
    async def coroutine(self):
        return self.page()

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed(self):
        yield "1"
        if hasattr(cherrypy.request, "resets"):
            self.reset()
        yield "2"


@pytest.mark.parametrize("page", ["page", "coroutine", "streamed"])
@pytest.mark.parametrize("end", [None, "reset", "reset_later"])
@pytest.mark.parametrize("start", ["set", "set_later"])
def test_a_request_has_one_context(serve, page, start, end):
    """What a plain or async hook sets, the page, its generator or another hook can reset."""
    pages = Tokens()
    served = serve(
        pages,
        {"hooks.on_start_resource": lambda: pages.attach(getattr(pages, start), end_hook)},
    )
    end_hook = end and getattr(pages, end)
    assert 200 == served.request(f"/{page}")[0]
    assert pages.ended.wait(60)
    assert [] == pages.errors


def test_a_wsgi_application_has_one_thread_and_one_context(serve):
    """A generator of a WSGI application keeps its context variable from call to close."""
    seen = []

    def wsgi(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        token = variable.set("wsgi")
        try:
            for number in range(3):
                seen.append(threading.current_thread().name)
                yield str(number).encode()
        finally:
            variable.reset(token)
            seen.append(threading.current_thread().name)

    tree = Tree()
    tree.graft(wsgi, "/wsgi")
    running = RunningServer(aio.HTTPServer(settings(thread_pool=5), aio.application(tree)))
    try:
        assert "012" == running.get("/wsgi")
    finally:
        running.stop()
    assert (4, 1) == (len(seen), len(set(seen)))


def test_xmlrpc_methods_may_be_coroutines(serve):
    """XML-RPC waits for its methods, which CherryPy calls itself."""

    class Methods(cherrypy._cptools.XMLRPCController):
        @cherrypy.expose
        async def add(self, first, second):
            await asyncio.sleep(0)
            return first + second

    served = serve(Methods(), {"request.dispatch": cherrypy.dispatch.XMLRPCDispatcher()})
    host, port = served.address
    with xmlrpc.client.ServerProxy(f"http://{host}:{port}/") as proxy:
        assert 5 == proxy.add(2, 3)


@pytest.mark.parametrize("path", ["/page", "/streamed"])
def test_what_sends_may_cancel_the_request(serve, path):
    """As a part of ASGI middleware may: the request's own task is cancelled, not only a part."""
    cancelled = []

    def middleware(application):
        async def wrapped(scope, receive, send):
            async def cancelling_send(message):
                if message["type"] == "http.response.body":
                    asyncio.current_task().cancel()
                    await asyncio.sleep(0)
                await send(message)

            try:
                await application(scope, receive, cancelling_send)
            except asyncio.CancelledError:
                cancelled.append(asyncio.current_task().cancelling())
                raise

        return wrapped

    running = serve(Tokens())
    running.stop()
    wrapped = RunningServer(aio.HTTPServer(settings(), middleware(running.server.application)))
    status = wrapped.request(path)[0]
    wrapped.stop()
    assert ([1], 500) == (cancelled, status)


# -- what waits holds no thread

WAITING = 20
THREADS = 2


class Waits:
    """Pages that wait, on a server with few threads."""

    def __init__(self):
        self.entered = threading.Semaphore(0)
        self.leave = threading.Event()
        self.calls = 0

    @cherrypy.expose
    def index(self):
        return "free"

    @cherrypy.expose
    def form(self, name):
        self.calls += 1
        return name

    @cherrypy.expose
    @cherrypy.config(**{"request.process_request_body": False})
    def unprocessed(self):
        self.entered.release()
        return cherrypy.request.rfile.read(10)

    @cherrypy.expose
    @cherrypy.tools.sessions()
    def counted(self):
        if cherrypy.session.get("number") == 1 and not self.leave.is_set():
            self.entered.release()
            assert self.leave.wait(60)
        cherrypy.session["number"] = cherrypy.session.get("number", 0) + 1
        return str(cherrypy.session["number"])

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def large(self):
        self.entered.release()
        for _ in range(100):
            yield b"x" * 1_000_000


def upload(served, path, length):
    """Begin an upload; return its connection, which has sent nothing of the body."""
    connection = served.connect()
    connection.putrequest("POST", path)
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    return connection


@pytest.mark.parametrize("path", ["/form", "/unprocessed"])
def test_uploads_that_drip_hold_no_thread(serve, path):
    """More of them than threads wait for their bodies, and another request is served."""
    pages = Waits()
    served = serve(pages, thread_pool=THREADS)
    connections = [upload(served, path, 10) for _ in range(WAITING)]
    if path == "/unprocessed":
        assert all(pages.entered.acquire(timeout=60) for _ in connections)
    else:
        for connection in connections:
            connection.send(b"name=")
    assert "free" == served.get("/")
    assert 0 == pages.calls
    for connection in connections:
        connection.send(b"name=12345"[-5 if path == "/form" else 0 :])
        assert connection.getresponse().read() in {b"12345", b"name=12345"}
        connection.close()


def test_requests_that_wait_for_a_session_hold_no_thread(serve):
    """More of them than threads wait for the session of one request; another one is served."""
    pages = Waits()
    served = serve(pages, {"tools.sessions.locking": "implicit"}, thread_pool=THREADS)
    cookie = served.request("/counted")[1]["Set-Cookie"].split(";")[0]
    with ThreadPoolExecutor(WAITING) as clients:
        waiting = [
            clients.submit(served.get, "/counted", headers={"Cookie": cookie})
            for _ in range(WAITING)
        ]
        assert pages.entered.acquire(timeout=60)
        assert wait_until(lambda: served.server.connections >= WAITING)
        assert "free" == served.get("/")
        pages.leave.set()
        numbers = sorted(int(response.result(20)) for response in waiting)
    assert list(range(2, WAITING + 2)) == numbers


def test_clients_that_read_slowly_hold_no_thread(serve):
    """More of them than threads do not read what is streamed to them; another one is served."""
    pages = Waits()
    served = serve(pages, thread_pool=THREADS)
    connections = [served.connect() for _ in range(WAITING)]
    for connection in connections:
        connection.request("GET", "/large")
    assert all(pages.entered.acquire(timeout=60) for _ in connections)
    assert "free" == served.get("/")
    for connection in connections:
        connection.close()


def test_threads_that_were_added_for_others_that_wait_end(serve):
    """After the waits there are no more threads than `thread_pool`."""
    pages = Waits()
    others = workers()  # of servers that other tests share
    served = serve(pages, thread_pool=THREADS)
    connections = [upload(served, "/unprocessed", 10) for _ in range(WAITING)]
    assert all(pages.entered.acquire(timeout=60) for _ in connections)
    assert WAITING <= len(set(workers()).difference(others))
    for connection in connections:
        connection.send(b"name=12345")
        assert b"name=12345" == connection.getresponse().read()
        connection.close()
    assert wait_until(lambda: len(set(workers()).difference(others)) <= THREADS)
    assert "free" == served.get("/")


def workers():
    return [each for each in threading.enumerate() if each.name.startswith("robot_cherrypy worker")]


def wait_until(condition):
    """Return whether the condition holds in time."""
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
