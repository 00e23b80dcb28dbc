"""CherryPy's own threaded server after `aio.install()`."""

import asyncio
import threading
from http.client import HTTPConnection

import cherrypy
import pytest
from cherrypy import _cpwsgi_server
from cherrypy._cptree import Tree

from robot_cherrypy import aio
from robot_cherrypy.tests.aio.conftest import settings


class Root:
    @cherrypy.expose
    async def coroutine(self):
        await asyncio.sleep(0.001)
        return f"coroutine at {cherrypy.request.path_info} on {threading.current_thread().name}"

    @cherrypy.expose
    def plain(self):
        return "plain"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    async def streamed(self):
        for number in range(3):
            await asyncio.sleep(0.001)
            yield str(number)

    @cherrypy.expose
    @cherrypy.tools.sessions()
    async def counted(self):
        cherrypy.session["number"] = cherrypy.session.get("number", 0) + 1
        return str(cherrypy.session["number"])


@pytest.fixture
def threaded():
    """Serve on threads; return a function that requests a page."""
    server = _cpwsgi_server.CPWSGIServer(settings())
    tree = Tree()
    tree.mount(Root())
    server.wsgi_app = tree
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()

    def get(path, **headers):
        connection = HTTPConnection(*server.bind_addr, timeout=60)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.headers, body

    yield get
    server.stop()
    thread.join()


def test_coroutines_run_on_a_background_loop(threaded):
    """Coroutine pages, streams and sessions work on threads as well."""
    assert "coroutine at /coroutine on robot_cherrypy background loop" == threaded("/coroutine")[1]
    assert "012" == threaded("/streamed")[1]
    headers, first = threaded("/counted")
    cookie = headers["Set-Cookie"].split(";")[0]
    assert ["1", "2"] == [first, threaded("/counted", Cookie=cookie)[1]]


def test_plain_pages_work_before_and_after(threaded):
    """`install` and `uninstall` may be called while a server runs."""
    pages = [threaded("/plain")[1]]
    aio.uninstall()
    pages.append(threaded("/plain")[1])
    aio.install()
    pages.append(threaded("/plain")[1])
    assert ["plain"] * 3 == pages
