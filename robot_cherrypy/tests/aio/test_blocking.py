"""Nothing that CherryPy does for a page blocks the event loop: sessions, cache, files, bodies."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import cherrypy
import pytest
from cherrypy.lib.sessions import FileSession

from robot_cherrypy import aio
from robot_cherrypy.aio.runtime.locks import RequestLock

pytestmark = pytest.mark.timing


class Root:
    def __init__(self):
        self.cached_calls = 0
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
    async def release(self):
        self.leave.set()
        return "released"

    @cherrypy.expose
    @cherrypy.tools.caching(delay=60)
    @cherrypy.config(**{"tools.sessions.on": False})
    async def cached(self):
        self.cached_calls += 1
        if self.cached_calls > 1:
            self.leave = asyncio.Event()
            self.entered.set()
            await self.leave.wait()
        return f"call {self.cached_calls}"

    @cherrypy.expose
    async def form(self, **fields):
        return f"{len(fields)} {self.reading_thread}"

    @cherrypy.expose
    @cherrypy.tools.json_out()
    async def numbers(self, count):
        return list(range(int(count)))

    @cherrypy.expose
    @cherrypy.tools.encode(on=False)
    async def pieces(self, count):
        def generate():
            self.reading_thread = threading.current_thread().name
            for number in range(int(count)):
                self.joining_thread = threading.current_thread().name
                yield f"{number} ".encode()

        return generate()

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
    """Start a session; return the request headers of its client."""
    return {"Cookie": running.request("/count")[1]["Set-Cookie"].split(";")[0]}


def test_all_requests_that_wait_for_a_session_get_it(serve, sessions):
    """Fifty requests of a session count to fifty, with two worker threads."""
    running = serve(Root(), sessions, thread_pool=2)
    cookie = start_session(running)
    with ThreadPoolExecutor(50) as clients:
        counts = list(clients.map(lambda _: int(running.get("/count", headers=cookie)), range(50)))
    assert list(range(2, 52)) == sorted(counts)


def test_a_locked_session_does_not_block_other_requests(serve, sessions):
    """While requests wait for a session, the event loop serves others."""
    root = Root()
    running = serve(root, sessions, thread_pool=2)
    cookie = start_session(running)
    with ThreadPoolExecutor(5) as clients:
        holding = clients.submit(running.get, "/hold", headers=cookie)
        assert root.entered.wait(60)
        waiting = [clients.submit(running.get, "/count", headers=cookie) for _ in range(4)]
        assert "1" == running.get("/count")
        assert "released" == running.get("/release")
        assert "held" == holding.result(60)
        assert ["2", "3", "4", "5"] == sorted(response.result(60) for response in waiting)


def test_an_expired_page_is_made_once(serve):
    """Requests for an expired page wait for the one that makes it, while the loop serves others."""
    root = Root()
    running = serve(root)
    assert "call 1" == running.get("/cached")
    for variants in cherrypy._cache.store.values():
        variants.clear()  # as if they had expired
    with ThreadPoolExecutor(5) as clients:
        first = clients.submit(running.get, "/cached")
        assert root.entered.wait(60)
        others = [clients.submit(running.get, "/cached") for _ in range(4)]
        assert "released" == running.get("/release")
        assert ["call 2"] * 5 == [response.result(60) for response in [first, *others]]


def test_files_are_read_on_worker_threads(serve, tmp_path):
    """Static files are not read on the loop's thread."""
    (tmp_path / "file.txt").write_bytes(b"x" * 200_000)
    threads = set()
    read = cherrypy.lib.file_generator.__next__.__wrapped__

    def recording_read(self):
        threads.add(threading.current_thread().name)
        return read(self)

    aio.uninstall()
    cherrypy.lib.file_generator.__next__ = recording_read
    aio.install()
    try:
        config = {"tools.staticdir.on": True, "tools.staticdir.dir": str(tmp_path)}
        running = serve(Root(), config, thread_pool=1)
        status, headers, body = running.request("/file.txt")
        running.stop()
    finally:
        aio.uninstall()
        cherrypy.lib.file_generator.__next__ = read
        aio.install()
    assert (200, "200000", 200_000) == (status, headers["Content-Length"], len(body))
    assert {"robot_cherrypy worker 1"} == threads


@pytest.mark.parametrize(("count", "is_offloaded"), [(10, False), (50_000, True)])
def test_large_forms_of_coroutine_pages_are_read_on_worker_threads(
    serve, monkeypatch, count, is_offloaded
):
    """CherryPy's work for a large form does not hold up the event loop."""
    root = Root()

    def read(entity):
        root.reading_thread = threading.current_thread().name
        process_urlencoded(entity)

    process_urlencoded = cherrypy._cpreqbody.process_urlencoded
    processors = cherrypy._cpreqbody.Entity.processors
    monkeypatch.setitem(processors, "application/x-www-form-urlencoded", read)
    running = serve(root)
    body = "&".join(f"k{number}=v" for number in range(count))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = running.get("/form", method="POST", body=body, headers=headers)
    thread = "robot_cherrypy worker 1" if is_offloaded else running.thread.name
    assert f"{count} {thread}" == response


@pytest.mark.parametrize("count", [10, 5000])
def test_a_generator_of_a_coroutine_page_stays_on_the_event_loop(serve, count):
    """So it may use what belongs to the loop; the loop turns between its pieces."""
    root = Root()
    running = serve(root)
    assert count == len(running.get(f"/pieces?count={count}").split())
    assert {running.thread.name} == {root.reading_thread, root.joining_thread}
    assert list(range(count)) == json.loads(running.get(f"/numbers?count={count}"))


def test_slow_uploads_do_not_block_other_requests(serve):
    """While a body arrives, the event loop serves other requests."""
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
    assert 404 == running.request("/missing")[0]
    slow.send(body[30:])
    assert b"3" == slow.getresponse().read()
    slow.close()


def test_locks_are_reentrant_and_can_be_tried():
    """Outside of requests, a thread owns the lock, as with an RLock."""
    lock = RequestLock()
    with lock, lock, ThreadPoolExecutor(1) as other:
        assert not other.submit(lock.acquire, blocking=False).result(60)
        assert not other.submit(lock.acquire, timeout=0.01).result(60)
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lock.acquire, blocking=False).result(60)
        other.submit(lock.release).result(60)
    with pytest.raises(RuntimeError, match="un-acquired"):
        lock.release()
