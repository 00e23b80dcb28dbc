"""A relay leads to a server, and to another when that is gone."""

import contextlib
import socket
import socketserver
import threading

import pytest

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.relay import Relay

# What a busy machine may take, in seconds.
PATIENCE = 60


class Answer(socketserver.StreamRequestHandler):
    """Responds with the name of the server and what was sent, when all of that has come."""

    def handle(self):
        self.wfile.write(self.server.name + self.rfile.read())


@contextlib.contextmanager
def server(name):
    """A server in place of a host's."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as made:
        made.name = name
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made.server_address
        finally:
            made.shutdown()
            thread.join()


def ask(relay, text=b""):
    """What a client gets."""
    with socket.create_connection(relay.place, PATIENCE) as client:
        client.sendall(text)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


@pytest.fixture
def relay_to():
    """Return a function that makes a relay, which is stopped."""
    with contextlib.ExitStack() as stack:

        def make(target, find):
            relay = Relay(target, find)
            stack.callback(relay.stop)
            return relay

        yield make


def test_all_bytes_come_through(relay_to):
    """In both directions, and the end of each."""
    sent = bytes(range(256)) * 4000
    with server(b"one") as one:
        assert b"one" + sent == ask(relay_to(one, None), sent)


def test_next_connection_leads_to_another_host(relay_to):
    """When the first does not accept any more; without any, a connection ends without a byte."""
    with server(b"two") as two:
        hosts = iter([two])

        def find():
            for host in hosts:
                return host
            raise HostError("None is left.")

        with server(b"one") as one:
            relay = relay_to(one, find)
            assert b"one" == ask(relay)
        assert b"two" == ask(relay)
        assert b"two" == ask(relay)
    with contextlib.suppress(ConnectionResetError):
        assert b"" == ask(relay)


def test_stop_ends_connections():
    """And their threads."""
    with server(b"one") as one:
        relay = Relay(one, None)
        place = relay.place
        with socket.create_connection(place, PATIENCE) as client:
            client.sendall(b"never finished")
            relay.stop()
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(1) in {b"", b"o"}
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(place)
