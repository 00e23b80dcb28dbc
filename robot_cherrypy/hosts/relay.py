"""Addresses on loopback that lead to ports of hosts: a browser takes pages there for secure."""

import contextlib
import socket
import threading
from collections.abc import Callable

from robot_cherrypy.errors import HostError

# How long a host may take to accept a connection, in seconds: it is one hop away.
_CONNECT_TIMEOUT = 2.0

# After how many seconds without an answer a host counts as dead: its connections are closed, as
# those to an address that has moved to another host are.
_SILENCE = 4

# How many bytes are passed on at once.
_PIECE = 65536

Place = tuple[str, int]


class Relay:
    """Passes on connections to one of the hosts that have a port.

    Args:
        target: The address of a host, and its port.
        find: Returns another when that does not accept connections any more, or raises a HostError.
        is_served: Whether somebody is behind the one that accepts connections.
    """

    def __init__(
        self,
        target: Place,
        find: Callable[[], Place],
        is_served: Callable[[Place], bool] = lambda _: True,
    ) -> None:
        self.target, self._find, self._is_served = target, find, is_served
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: set[socket.socket] = set()
        self._thread = _start(self._accept)

    @property
    def place(self) -> Place:
        """Its address on loopback, and its port."""
        host, port = self._listener.getsockname()
        return host, port

    def stop(self) -> None:
        """Accept no more connections, and close those that there are."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in list(self._connections):
            _abort(connection)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                self._connections.add(client)
                _start(self._pass_on, client)

    def _pass_on(self, client: socket.socket) -> None:
        with client, contextlib.ExitStack() as stack:
            stack.callback(self._connections.discard, client)
            try:
                server = stack.enter_context(self._connect())
            except (OSError, HostError):
                return  # the client sees that as what it is: nobody serves
            self._connections.add(server)
            stack.callback(self._connections.discard, server)
            back = _start(_copy, server, client)
            _copy(client, server)
            back.join()

    def _connect(self) -> socket.socket:
        try:
            if not self._is_served(self.target):
                self.target = self._find()
            server = socket.create_connection(self.target, _CONNECT_TIMEOUT)
        except OSError:
            self.target = self._find()
            server = socket.create_connection(self.target, _CONNECT_TIMEOUT)
        server.settimeout(None)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
            server.setsockopt(socket.IPPROTO_TCP, option, 1)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENCE * 1000)
        return server


def _start(function: Callable[..., None], *arguments: socket.socket) -> threading.Thread:
    thread = threading.Thread(target=function, args=arguments, name="relay", daemon=True)
    thread.start()
    return thread


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes, and then its end; if one side fails, end both at once."""
    try:
        while piece := source.recv(_PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        _abort(source)
        _abort(target)


def _abort(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it has ended
        connection.shutdown(socket.SHUT_RDWR)
