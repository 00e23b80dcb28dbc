"""Clients that need little CPU time, so that the servers are measured.

They know what comes back, and count bytes instead of reading frames.
"""

import asyncio
import base64
import os
import struct
import time


def frame(payload):
    """Make a client's frame. Its mask is zero, which is legal and leaves the payload as it is."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x82, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", 0x82, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x82, 0x80 | 127, size)
    return head + bytes(4) + payload


def handshake(path):
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


class Client(asyncio.Protocol):
    """One connection, which passes on what it receives after the handshake."""

    def __init__(self, path):
        self.path = path
        self.opened = asyncio.get_running_loop().create_future()
        self.on_data = None
        self._head = b""

    def connection_made(self, transport):
        self.transport = transport
        transport.write(handshake(self.path))

    def data_received(self, data):
        if self.on_data is not None:
            self.on_data(data)
        elif not self.opened.done():
            self._head += data
            if b"\r\n\r\n" in self._head:
                assert self._head.startswith(b"HTTP/1.1 101"), self._head[:200]
                self.opened.set_result(None)

    def connection_lost(self, error):
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(str(error)))


async def connect(port, path):
    _transport, client = await asyncio.get_running_loop().create_connection(
        lambda: Client(path), "127.0.0.1", port
    )
    await client.opened
    return client


async def echo(port, path, *, size, count, connections):
    """Send messages and wait until each comes back; return how many do so in a second."""
    clients = [await connect(port, path) for _ in range(connections)]
    wire = frame(bytes(size))
    expected = len(wire) - 4  # a server's frame has no mask
    left = [count]
    done = asyncio.get_running_loop().create_future()

    def start(client):
        missing = [expected]

        def on_data(data):
            missing[0] -= len(data)
            if not missing[0]:
                left[0] -= 1
                if left[0] == 0:
                    done.set_result(None)
                elif left[0] >= connections:
                    missing[0] = expected
                    client.transport.write(wire)

        client.on_data = on_data
        client.transport.write(wire)

    started = time.perf_counter()
    for client in clients:
        start(client)
    await done
    seconds = time.perf_counter() - started
    for client in clients:
        client.transport.abort()
    return count / seconds
