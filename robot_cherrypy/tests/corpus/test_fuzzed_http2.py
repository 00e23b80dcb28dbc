"""A fuzzer for the HTTP/2 connections of the asyncio server, which have no sockets here.

It makes sequences of frames, most of them right, which arrive in pieces while the client pauses and
the application reads, responds, raises or returns too early. `ROBOT_CHERRYPY_FUZZ=10000` makes that
many connections, different ones each time; without it, the same few are made.
"""

import asyncio
import os
import random
from types import SimpleNamespace

import cherrypy
import pytest
from hyperframe.frame import PingFrame, PriorityFrame, SettingsFrame, WindowUpdateFrame
from uvicorn.server import ServerState

from robot_cherrypy.aio.http.http2 import Http2Connection
from robot_cherrypy.tests.aio.conftest import settings
from robot_cherrypy.tests.aio.transport import Transport
from robot_cherrypy.tests.corpus import http2

COUNT = os.environ.get("ROBOT_CHERRYPY_FUZZ", "")
_MOST_FRAMES = 25
_WRONG = [frame for frames in http2.REQUESTS.values() for frame in frames if frame != http2.PAUSE]


class Client:
    """Makes the frames of one client."""

    def __init__(self, choices):
        self._choices = choices
        self._next = 1
        self._open = []  # the streams whose requests have not ended

    def frames(self):
        """Return frames as bytes, with the preface."""
        makers = [self._get, self._post, self._data, self._data, self._end, self._other]
        count = self._choices.randrange(1, _MOST_FRAMES)
        return http2.BEGIN + b"".join(
            frame if isinstance(frame, bytes) else frame.serialize()
            for frame in (self._choices.choice(makers)() for _ in range(count))
        )

    def _get(self):
        self._next += 2
        return http2.headers(self._next, method=self._choices.choice(["GET", "HEAD"]))

    def _post(self):
        self._next += 2
        self._open.append(self._next)
        return http2.post(number=self._next)

    def _data(self):
        if not self._open:
            return self._other()
        size = self._choices.choice([0, 5, 5000])
        return http2.data(b"x" * size, self._choices.choice(self._open), end=False)

    def _end(self):
        if not self._open:
            return self._get()
        number = self._open.pop()
        ends = [http2.data(b"x", number), http2.trailers(number=number), http2.reset(number)]
        return self._choices.choice(ends)

    def _other(self):
        others = [
            WindowUpdateFrame(0, window_increment=self._choices.choice([1, 100_000])),
            SettingsFrame(0, {4: self._choices.choice([0, 1, 65535, 2**20])}),
            PingFrame(0),
            PriorityFrame(self._next + 2),
            http2.reset(self._next),
            *self._choices.sample(_WRONG, 1),
        ]
        return self._choices.choice(others)


class Site:
    """A connection, and an application that behaves in any way."""

    def __init__(self, choices, loop):
        self._choices = choices
        self.state = ServerState()
        self.requests = {}
        self.transport = Transport()
        server = SimpleNamespace(settings=settings(), socket_timeout=10, requests=self.requests)
        self.connection = Http2Connection(server, self._application, self.state, {}, loop)
        self.connection.connection_made(self.transport)

    async def _application(self, _scope, receive, send):
        if self._choices.random() < 0.1:
            raise LookupError("at the begin")
        while self._choices.random() < 0.9 and (await receive()).get("more_body"):
            pass
        if self._choices.random() < 0.1:
            return
        status = self._choices.choice([200, 204, 205, 304])
        length = self._choices.choice([[], [(b"content-length", b"5")]])
        await send({"type": "http.response.start", "status": status, "headers": length})
        size = self._choices.choice([0, 10, 100_000])
        await send({"type": "http.response.body", "body": b"x" * size, "more_body": True})
        if self._choices.random() < 0.1:
            raise LookupError("in the body")
        await send({"type": "http.response.body", "body": b"hello"})

    async def feed(self, data):
        """Let data arrive in pieces; the client pauses, and disconnects at the end."""
        connection = self.connection
        acts = [connection.pause_writing, connection.resume_writing, connection.shutdown]
        while data and not self.transport.is_closing():
            size = self._choices.choice([1, 9, 100, 1000, 100_000])
            piece, data = data[:size], data[size:]
            connection.data_received(piece)
            if self._choices.random() < 0.1:
                self._choices.choice(acts)()
            await _turns()
        connection.check_deadline(float("inf"))
        await _turns()
        connection.connection_lost(None)
        await _turns()


async def _turns():
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(4))
def test_frames_in_any_order(monkeypatch, seed):
    """Nothing is raised on the event loop, and nothing of a connection is left."""
    monkeypatch.setattr(cherrypy.engine, "log", lambda *_args, **_options: None)
    choices = random.Random(None if COUNT else seed)
    errors = []

    async def connect():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: errors.append(context))
        for _ in range(int(COUNT or 400) // 4):
            site = Site(choices, loop)
            await site.feed(Client(choices).frames())
            connection = site.connection
            left = [connection._running, connection._streams, site.requests, site.state.tasks]
            assert not any(left), left
            assert connection.unsent == 0

    asyncio.run(connect())
    assert [] == errors
