"""Nothing that CherryPy does for a page blocks the loop: sessions, cache, files, bodies."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import cherrypy
import pytest
from cherrypy.lib.sessions import FileSession

from robot_cherrypy import aio
from robot_cherrypy.aio.locks import RequestLock


class Root:
    def __init__(self):
        self.made = 0
        self.entered = threading.Event()
        self.leave = None

    @cherrypy.expose
    async def count(self):
        number = cherrypy.session.get("number", 0)
        await asyncio.sleep(0.001)
        cherrypy.session["number"] = number + 1
        return str(number + 1)

    @cherrypy.expose
    async def hold(self):
        cherrypy.session["held"] = True
        self.leave = asyncio.Event()
        self.entered.set()
        await self.leave.wait()
        return "held"

    @cherrypy.expose
    @cherrypy.config(**{"tools.sessions.on": False})
    async def let_go(self):
        self.leave.set()
        return "free"

    @cherrypy.expose
    @cherrypy.tools.caching(delay=60)
    @cherrypy.config(**{"tools.sessions.on": False})
    async def cached(self):
        self.made += 1
        if self.made > 1:
            self.leave = asyncio.Event()
            self.entered.set()
            await self.leave.wait()
        return f"made {self.made}"

    @cherrypy.expose
    def upload(self, file):
        with file.file as content:
            return str(len(content.read()))


@pytest.fixture(params=["ram", "file"])
def sessions(request, tmp_path):
    """Configure one kind of session."""
    config = {"tools.sessions.on": True, "tools.sessions.locking": "implicit"}
    if request.param == "file":
        config["tools.sessions.storage_class"] = FileSession
        config["tools.sessions.storage_path"] = str(tmp_path)
    yield config
    for kind in cherrypy.lib.sessions.RamSession, FileSession:
        if kind.clean_thread is not None:
            kind.clean_thread.unsubscribe()
            kind.clean_thread.stop()
            kind.clean_thread = None


def start_session(running):
    """Return the headers that a client of a new session sends."""
    return {"Cookie": running.ask("/count")[1]["Set-Cookie"].split(";")[0]}


def test_many_waiters_for_one_session_all_come_to_it(serve, sessions):
    """Fifty requests of one session count without losing one, with a pool of two threads."""
    running = serve(Root(), sessions, thread_pool=2)
    cookie = start_session(running)
    with ThreadPoolExecutor(50) as clients:
        counts = list(clients.map(lambda _: int(running.get("/count", headers=cookie)), range(50)))
    assert list(range(2, 52)) == sorted(counts)


def test_a_locked_session_holds_up_nobody_else(serve, sessions):
    """While requests wait for a session, the loop serves others."""
    root = Root()
    running = serve(root, sessions, thread_pool=2)
    cookie = start_session(running)
    with ThreadPoolExecutor(5) as clients:
        holding = clients.submit(running.get, "/hold", headers=cookie)
        assert root.entered.wait(10)
        waiting = [clients.submit(running.get, "/count", headers=cookie) for _ in range(4)]
        assert "1" == running.get("/count")
        assert "free" == running.get("/let_go")
        assert "held" == holding.result(10)
        assert ["2", "3", "4", "5"] == sorted(one.result(10) for one in waiting)


def test_a_cached_page_is_made_once_and_waited_for(serve):
    """Requests for a page that is being made anew wait for it, while the loop serves others."""
    root = Root()
    running = serve(root)
    assert "made 1" == running.get("/cached")
    for variants in cherrypy._cache.store.values():
        variants.clear()  # as when their time is over
    with ThreadPoolExecutor(5) as clients:
        first = clients.submit(running.get, "/cached")
        assert root.entered.wait(10)
        others = [clients.submit(running.get, "/cached") for _ in range(4)]
        assert "free" == running.get("/let_go")
        assert ["made 2"] * 5 == [one.result(10) for one in [first, *others]]


def test_files_are_read_on_worker_threads(serve, tmp_path):
    """Static files are found and read without the loop's thread."""
    (tmp_path / "file.txt").write_bytes(b"x" * 200_000)
    threads = set()
    read = cherrypy.lib.file_generator.__next__.__wrapped__

    def noted(self):
        threads.add(threading.current_thread().name)
        return read(self)

    aio.uninstall()
    cherrypy.lib.file_generator.__next__ = noted
    aio.install()
    try:
        config = {"tools.staticdir.on": True, "tools.staticdir.dir": str(tmp_path)}
        running = serve(Root(), config, thread_pool=1)
        status, headers, body = running.ask("/file.txt")
        running.stop()
    finally:
        aio.uninstall()
        cherrypy.lib.file_generator.__next__ = read
        aio.install()
    assert (200, "200000", 200_000) == (status, headers["Content-Length"], len(body))
    assert {"robot_cherrypy worker 1"} == threads


def test_slow_uploads_hold_up_nobody(serve):
    """While a body is on its way, the loop serves others."""
    running = serve(Root())
    slow = running.connect()
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nabc\r\n--x--\r\n'
    )
    slow.putrequest("POST", "/upload")
    slow.putheader("Content-Type", "multipart/form-data; boundary=x")
    slow.putheader("Content-Length", str(len(body)))
    slow.endheaders()
    slow.send(body[:30])
    assert 404 == running.ask("/missing")[0]
    slow.send(body[30:])
    assert b"3" == slow.getresponse().read()
    slow.close()


def test_locks_are_reentrant_and_can_be_tried():
    """Outside of requests, a lock belongs to the thread, as an RLock does."""
    lock = RequestLock()
    with lock, lock, ThreadPoolExecutor(1) as other:
        assert not other.submit(lock.acquire, blocking=False).result(10)
        assert not other.submit(lock.acquire, timeout=0.01).result(10)
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lock.acquire, blocking=False).result(10)
        other.submit(lock.release).result(10)
    with pytest.raises(RuntimeError, match="un-acquired"):
        lock.release()
