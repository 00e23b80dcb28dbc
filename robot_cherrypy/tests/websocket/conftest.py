"""Servers, and clients that send raw bytes."""

import base64
import os
import queue
import socket
import struct
import threading

import pytest

from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.tests.websocket import pages
from robot_cherrypy.websocket import websocket

KINDS = ("threaded", "async")


class Site:
    """A running server with the pages of `pages`."""

    def __init__(self, kind):
        application = "robot_cherrypy.tests.websocket.pages:Pages"
        launch = Launch(application=application, alias=kind, kind=kind, configuration={})
        self.server = InProcessServer(launch)
        self.server.start()
        self.url = self.server.url
        self.ws = self.url.replace("http", "ws", 1)
        self.pages = self.server.tree.apps[""].root

    @property
    def address(self):
        host, port = self.url.removeprefix("http://").split(":")
        return host, int(port)


@pytest.fixture(params=KINDS)
def site(request):
    """A server of each kind. When it has stopped, none of its threads may be left."""
    before = set(threading.enumerate())
    pages.ended = queue.SimpleQueue()
    site = Site(request.param)
    yield site
    site.server.stop()
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(60)
    assert [] == [thread for thread in left if thread.is_alive()]


@pytest.fixture
def serve(site):
    """Return a function that serves a page handler as `/page`, and returns its address."""

    def serve(handler, **options):
        page = websocket(**options)(handler)
        page.exposed = True
        site.pages.page = page
        return site.ws + "/page"

    return serve


def frame(opcode, payload=b"", *, first=0x80, length=None, mask=b"\x01\x02\x03\x04"):
    """Make a client's frame.

    Args:
        opcode: RFC 6455, 5.2.
        payload: What is masked and sent.
        first: The first byte's other bits; by default those of a whole message.
        length: The length to state, if it is not that of the payload.
        mask: The masking key.
    """
    size = len(payload) if length is None else length
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    if size < 126:
        head = struct.pack("!BB", first | opcode, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", first | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first | opcode, 0x80 | 127, size)
    return head + mask + masked


class RawClient:
    """A client that does the handshake, and then sends and reads bytes."""

    def __init__(self, site, path, *, extensions=None, headers=()):
        self.socket = socket.create_connection(site.address, timeout=60)
        self.reader = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {site.address[0]}:{site.address[1]}",
            "Upgrade: websocket",
            "Connection: keep-alive, Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            *([f"Sec-WebSocket-Extensions: {extensions}"] if extensions else []),
            *headers,
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.status = self.reader.readline().decode().strip()
        self.headers = {}
        while line := self.reader.readline().decode().strip():
            name, _, value = line.partition(": ")
            self.headers[name.title()] = value

    def send(self, data):
        self.socket.sendall(data)

    def frame(self):
        """Read a frame; return its opcode and its payload."""
        first, second = self.reader.read(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", self.reader.read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self.reader.read(8))
        return first & 0x0F, self.reader.read(size)

    def close_code(self):
        """Read frames up to the close frame; return its code."""
        opcode, payload = self.frame()
        while opcode != 8:
            opcode, payload = self.frame()
        return struct.unpack("!H", payload[:2])[0]

    def at_end(self):
        """Return whether the server has closed the connection."""
        return self.reader.read(1) == b""

    def close(self):
        self.reader.close()
        self.socket.close()


@pytest.fixture
def raw(site):
    """Return a function that makes a raw client of a page."""
    clients = []

    def connect(path="/echo", **options):
        clients.append(RawClient(site, path, **options))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()
