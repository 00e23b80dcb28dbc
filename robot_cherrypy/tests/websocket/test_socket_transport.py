"""The transport on a socket that was detached from cheroot."""

import asyncio
import socket

import pytest

from robot_cherrypy.websocket.carriers.socket_transport import SocketTransport

pytestmark = pytest.mark.timing


class PausingProtocol(asyncio.Protocol):
    """Pauses reading whenever something arrives."""

    def __init__(self):
        self.received = []

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.received.append(data)
        self.transport.pause_reading()


async def turns():
    """Let the event loop look at its sockets a few times."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_pausing_at_the_first_bytes():
    """A protocol may pause reading when it gets the bytes that were read with the request."""

    async def run():
        near, far = socket.socketpair()
        protocol = PausingProtocol()
        transport = SocketTransport(asyncio.get_running_loop(), near, protocol, b"early")
        with far:
            far.send(b"later")
            await turns()
            assert [b"early"] == protocol.received
            transport.resume_reading()
            await turns()
            transport.abort()
            await turns()
        assert [b"early", b"later"] == protocol.received

    asyncio.run(run())
