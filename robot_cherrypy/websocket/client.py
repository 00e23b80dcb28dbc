"""WebSocket clients, blocking and for asyncio, with the methods that page handlers know.

They use the `websockets` library and not our own `protocol`: it is well kept, masks in C, and a
server that is tested with another implementation cannot share its misunderstandings.
"""

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from websockets import exceptions
from websockets.asyncio.client import connect as websockets_async_connect
from websockets.sync.client import connect as websockets_connect

from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.websocket.errors import Closed
from robot_cherrypy.websocket.protocol.close_codes import ABNORMAL, NORMAL
from robot_cherrypy.websocket.protocol.frames import Message
from robot_cherrypy.websocket.tls_socket import TlsContext

# What the library raises if there is no server, or it does not accept the handshake.
_CONNECT_ERRORS = (
    OSError,
    TimeoutError,
    exceptions.InvalidHandshake,
    exceptions.ConnectionClosed,
)


class ConnectionRefused(RobotCherryPyError):  # noqa: N818 - named for what happened
    """No WebSocket could be opened.

    Attributes:
        status: The status of the HTTP response that refused the handshake, or None if there was no
            response.
        body: The body of that response.
    """

    def __init__(self, url: str, error: Exception) -> None:
        response = getattr(error, "response", None)
        self.status: int | None = getattr(response, "status_code", None)
        self.body = bytes(getattr(response, "body", None) or b"").decode("utf-8", "replace")
        cause = str(error) or type(error).__name__
        super().__init__(f"{url} gives no WebSocket: {cause}.")


def _library_options(
    subprotocols: Sequence[str], headers: Mapping[str, str], timeout: float, max_message: int | None
) -> dict[str, Any]:
    return {
        "additional_headers": dict(headers),
        "max_size": max_message,
        "open_timeout": timeout,
        "close_timeout": timeout,
        "proxy": None,
        "subprotocols": list(subprotocols) or None,
    }


class _Connection:
    """What both clients tell about their connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that client and server agreed on, or None."""
        subprotocol: str | None = self._connection.subprotocol
        return subprotocol

    @property
    def response_headers(self) -> Mapping[str, str]:
        """The headers of the response to the handshake."""
        headers: Mapping[str, str] = self._connection.response.headers
        return headers

    @property
    def code(self) -> int | None:
        """The code with which the connection was closed, None as long as it is open."""
        code: int | None = self._connection.close_code
        return code

    @property
    def reason(self) -> str:
        """The reason with which the connection was closed."""
        return self._connection.close_reason or ""

    def _closed(self) -> Closed:
        return Closed(ABNORMAL if self.code is None else self.code, self.reason)


class Client(_Connection):
    """A connection whose methods block; see `connect`."""

    def __iter__(self) -> Iterator[Message]:
        """Iterate over the messages until the connection is closed."""
        with contextlib.suppress(Closed):
            while True:
                yield self.receive()

    def receive(self, timeout: float | None = None) -> Message:
        """Wait for a message, and return it: a text as str, a binary one as bytes.

        Args:
            timeout: Seconds to wait at most; None for any time.

        Raises:
            Closed: There will be none.
            TimeoutError: There was none in time.
        """
        message: Message = self._call(lambda: self._connection.recv(timeout))
        return message

    def send(self, message: Message) -> None:
        """Send a message: str as text, bytes as binary.

        Raises:
            Closed: It cannot be sent any more.
        """
        self._call(lambda: self._connection.send(message))

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close, and wait until the server has done so as well or the time-out is over."""
        self._connection.close(code, reason)

    def _call(self, function: Callable[[], Any]) -> Any:
        """Call a function of the library, and raise `Closed` in place of its own error."""
        try:
            return function()
        except exceptions.ConnectionClosed as error:
            raise self._closed() from error


class AsyncClient(_Connection):
    """A connection for coroutines; see `connect_async`."""

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Iterate over the messages until the connection is closed."""
        with contextlib.suppress(Closed):
            while True:
                yield await self.receive()

    async def receive(self) -> Message:
        """See `Client.receive`."""
        try:
            message: Message = await self._connection.recv()
        except exceptions.ConnectionClosed as error:
            raise self._closed() from error
        return message

    async def send(self, message: Message) -> None:
        """See `Client.send`."""
        try:
            await self._connection.send(message)
        except exceptions.ConnectionClosed as error:
            raise self._closed() from error

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """See `Client.close`."""
        await self._connection.close(code, reason)


# The defaults of time-out and size are those of the `websockets` library.


@contextlib.contextmanager
def connect(
    url: str,
    *,
    subprotocols: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,
    max_message: int | None = 2**20,
    **options: Any,
) -> Iterator[Client]:
    """Connect to a WebSocket, and close it when the context ends.

    Args:
        url: Such as `ws://127.0.0.1:8080/chat`. Proxies are not used.
        subprotocols: Names that the client speaks, the preferred one first.
        headers: Further headers of the handshake, such as a cookie.
        timeout: Seconds that connecting may take, and closing.
        max_message: Bytes that a message may have; None for any number.
        **options: Passed on to the `websockets` library's `connect`.

    Raises:
        ConnectionRefused: The server cannot be reached, or did not accept.
    """
    arguments = {**_library_options(subprotocols, headers or {}, timeout, max_message), **options}
    if urlsplit(url).scheme == "wss":
        # The library reads in a thread of its own.
        arguments["ssl"] = TlsContext(arguments.get("ssl") or ssl.create_default_context())
    with contextlib.ExitStack() as stack:
        try:
            connection = stack.enter_context(websockets_connect(url, **arguments))
        except _CONNECT_ERRORS as error:
            raise ConnectionRefused(url, error) from error
        yield Client(connection)


@contextlib.asynccontextmanager
async def connect_async(
    url: str,
    *,
    subprotocols: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,  # noqa: ASYNC109 - as `connect`
    max_message: int | None = 2**20,
    **options: Any,
) -> AsyncIterator[AsyncClient]:
    """Connect as `connect` does, for coroutines."""
    arguments = {**_library_options(subprotocols, headers or {}, timeout, max_message), **options}
    async with contextlib.AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(websockets_async_connect(url, **arguments))
        except _CONNECT_ERRORS as error:
            raise ConnectionRefused(url, error) from error
        yield AsyncClient(connection)
