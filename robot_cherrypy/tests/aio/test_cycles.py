"""What a request, a connection or a WebSocket leaves in memory."""

import collections
import functools
import gc
import logging
import socket

import cherrypy

from robot_cherrypy.websocket import connect, websocket

CYCLES = 1000


class Large:
    """Counts those of its objects that are in memory."""

    left = 0

    def __init__(self):
        type(self).left += 1

    def __del__(self):
        type(self).left -= 1


class Root:
    @cherrypy.expose
    @cherrypy.config(**{"tools.sessions.on": True})
    async def index(self):
        large = Large()

        async def coroutine():
            return large

        class Callable:
            kept = large

            def __call__(self):
                """Do nothing."""

        partial = functools.partial(lambda _large: None, large)
        for hook in lambda: large, coroutine, partial, Callable(), Callable:
            cherrypy.request.hooks.attach("before_finalize", hook)
        cherrypy.session["visited"] = True
        return "hello"

    @cherrypy.expose
    @websocket
    async def echo(self, ws):
        large = Large()
        async for message in ws:
            await ws.send(message)
        del large


def counted():
    """Return how many objects of each class are in memory."""
    gc.collect()
    return collections.Counter(type(each).__name__ for each in gc.get_objects())


def test_cycles_leave_nothing(serve, request):
    """A thousand requests of a session, with hooks, and WebSockets, leave no object behind."""
    logging.disable()  # pytest keeps each record
    request.addfinalizer(functools.partial(logging.disable, logging.NOTSET))
    running = serve(Root())
    url = f"ws://127.0.0.1:{running.address[1]}/echo"
    connection = running.connect()
    headers = {}

    def cycle():
        _status, received, _body = running.request("/", connection=connection, headers=headers)
        headers["Cookie"] = received["Set-Cookie"].partition(";")[0]
        with connect(url) as client:
            client.send("x" * 300)
            assert "x" * 300 == client.receive(60)

    for _ in range(20):
        cycle()
    before = counted()
    for _ in range(CYCLES):
        cycle()
    connection.close()
    running.stop()
    # What every fifth cycle leaves is a leak. Caches, such as those of abstract classes, take some.
    left = {name: count for name, count in (counted() - before).items() if count > CYCLES // 5}
    assert ({}, 0) == (left, Large.left)


def test_refused_before_it_began(serve):
    """A request whose body is refused in the same piece of data is not in flight any more."""
    running = serve(Root())
    request = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"
    for _ in range(10):
        with socket.create_connection(running.address, 10) as client:
            client.sendall(request)
            assert client.recv(65536).startswith(b"HTTP/1.1 400")
    running.server.wait_for_turns(10)
    assert not running.server.requests
