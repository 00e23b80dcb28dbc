"""Clients that are slow get a 408, or a close if they do not read."""

import re
import socket
import time

import cherrypy
import pytest

pytestmark = pytest.mark.timing

GET = b"GET / HTTP/1.1\r\nHost: x\r\nX: %b\r\n\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n" + FORM + b"\r\n%b"


class Root:
    @cherrypy.expose
    def index(self, **_fields):
        return "index"

    @cherrypy.expose
    def big(self):
        return b"x" * 50_000_000


@pytest.mark.parametrize("data", [GET % (b"x" * 1000), POST % (b"x" * 1000)])
def test_dripping_requests_are_refused(serve, data):
    """A head or a body that arrives byte by byte is late in the end."""
    running = serve(Root(), socket_timeout=0.4)
    received = b""
    with socket.create_connection(running.address, 10) as client:
        client.settimeout(0.05)
        begin = data.find(b"\r\n\r\n") + 4 if data.startswith(b"POST") else 40
        client.sendall(data[:begin])
        for byte in data[begin:]:
            try:
                client.sendall(bytes([byte]))
                received += client.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if received:
                break
    assert [b"408"] == re.findall(rb"HTTP/1\.1 (\d{3}) ", received)


def test_clients_that_do_not_read_are_disconnected(serve):
    """A client that does not read its response is disconnected after the time-out."""
    running = serve(Root(), socket_timeout=2)
    with socket.create_connection(running.address, 10) as client:
        client.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        assert becomes(1, lambda: running.server.connections)
        assert becomes(0, lambda: running.server.connections)


def becomes(value, function):
    """Return whether `function()` returns `value` in time."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if function() == value:
            return True
    return False
