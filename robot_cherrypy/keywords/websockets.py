"""Keywords about WebSockets."""

import contextlib
import json
import time
from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from robot.api import logger
from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn

from robot_cherrypy.errors import MissingExtraError, RobotCherryPyError
from robot_cherrypy.evidence.chronicle import Chronicle
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.keywords.options import Options

if TYPE_CHECKING:
    from robot_cherrypy.websocket.client import Client

Message = str | bytes
Format = Literal["message", "json"]

_REMEMBERED = 20  # frames of a connection that a failing message can tell of
_SHOWN = 200  # characters of a message that are shown


class WebSocketError(RobotCherryPyError):
    """A WebSocket could not be connected, found or used."""


class Connection:
    """One WebSocket of the test, and what went over it."""

    def __init__(
        self, alias: str, owner: str, client: "Client", close: Any, chronicle: Chronicle
    ) -> None:
        self.alias, self.owner = alias, owner
        self.client = client
        self.close = close
        self._chronicle = chronicle
        self.received: deque[Message] = deque(maxlen=_REMEMBERED)
        self.count = 0

    def __str__(self) -> str:
        return f"WebSocket '{self.alias}'"

    def send(self, message: Message) -> None:
        """Send, and log it."""
        from robot_cherrypy.websocket.errors import Closed  # noqa: PLC0415 - an extra

        try:
            self.client.send(message)
        except Closed as error:
            raise WebSocketError(
                f"{self} cannot send {shown(message)}: {self.state}. {self.arrived}"
            ) from error
        self._log("→", message)

    def receive(self, timeout: float) -> Message:
        """Wait for a message, and log it.

        Raises:
            AssertionError: There was none in time, or the connection is closed.
        """
        from robot_cherrypy.websocket.errors import Closed  # noqa: PLC0415 - an extra

        try:
            message = self.client.receive(timeout)
        except TimeoutError as error:
            raise AssertionError(
                f"{self} received no message within {timeout:g} s. {self.arrived}"
            ) from error
        except Closed as error:
            raise AssertionError(
                f"{self} received no message: {self.state}. {self.arrived}"
            ) from error
        self.count += 1
        self.received.append(message)
        self._log("←", message)
        return message

    @property
    def state(self) -> str:
        """How it is with the connection."""
        if self.client.code is None:
            return "it is open"
        reason = f" '{self.client.reason}'" if self.client.reason else ""
        return f"it was closed with code {self.client.code}{reason}"

    @property
    def arrived(self) -> str:
        """What did arrive so far."""
        if not self.count:
            return "Nothing had arrived before."
        told = ", ".join(map(shown, self.received))
        earlier = "… " if self.count > len(self.received) else ""
        return f"Before, {self.count} had arrived: {earlier}{told}."

    def _log(self, arrow: str, message: Message) -> None:
        logger.info(f"{self} {arrow} {shown(message)}")
        self._chronicle.note(f"{self} {arrow}", shown(message))


class WebSocketKeywords:
    """Talking to WebSocket pages without a browser."""

    def __init__(self, servers: Servers, options: Options, chronicle: Chronicle) -> None:
        self._servers = servers
        self._options = options
        self._chronicle = chronicle
        self._connections: dict[str, Connection] = {}

    @keyword(name="Connect WebSocket")
    def connect_websocket(
        self,
        path: str,
        alias: str | None = None,
        subprotocols: list[str] | None = None,
        headers: Mapping[str, str] | None = None,
        origin: str | None = None,
        timeout: timedelta | None = None,
    ) -> str | None:
        """Connect to a WebSocket page and make the connection the current one.

        Several connections may be open at once, each with an alias. One that is not closed is
        closed at the end of the suite that opened it.

        Args:
            path: A path on the current server, beginning with a slash, or a whole URL that begins
                with ``ws://`` or ``wss://``.
            alias: Name for other keywords; the path by default. Takes the place of a closed
                connection of that name.
            subprotocols: Names of what the test speaks, the preferred one first.
            headers: Further headers of the handshake, such as ``Cookie``.
            origin: The site whose page claims to connect, as browsers tell it; none by default.
            timeout: How long the handshake may take; the library's ``timeout`` by default.

        Returns:
            The subprotocol that was agreed on, or None.

        Raises:
            WebSocketError: The handshake was refused, with what the answer said, or the alias is
                that of an open connection.

        Example:
        | Start Server    sample_app.chat:Chat
        | Connect WebSocket    /talk?room=lobby&name=Ada    alias=Ada
        """
        name = alias or path
        before = self._connections.get(name)
        if before is not None and before.client.code is None:
            raise WebSocketError(
                f"A WebSocket with alias '{name}' is there: close it or choose another alias."
            )
        client_module = _client()
        url = path if "://" in path else self._base() + path
        seconds = self._seconds(timeout)
        stack = contextlib.ExitStack()
        context = client_module.connect(
            url,
            subprotocols=subprotocols or (),
            headers=headers,
            timeout=seconds,
            max_message=None,
            max_queue=None,  # else closing would wait for messages that nobody receives
            origin=origin,
        )
        try:
            client = stack.enter_context(context)
        except client_module.ConnectionRefused as error:
            raise WebSocketError(str(error)) from error
        if before is not None:
            del self._connections[name]
            before.close()
        owner = BuiltIn().get_variable_value("${SUITE_NAME}") or ""
        self._connections[name] = Connection(name, owner, client, stack.close, self._chronicle)
        chosen: str | None = client.subprotocol
        return chosen

    @keyword(name="Send WebSocket Message")
    def send_websocket_message(self, message: Any, alias: str | None = None) -> None:
        """Send a message: a text as text, bytes as binary, anything else as JSON.

        Args:
            message: Text, bytes, or a dictionary, list, number, Boolean or None.
            alias: Which connection; the current one by default.

        Raises:
            WebSocketError: There is no such connection, or it is closed.

        Example:
        | Start Server    sample_app.chat:Chat
        | Connect WebSocket    /talk?room=lobby&name=Ada
        | Send WebSocket Message    {"say": "Hello", "id": "1"}
        """
        data = message if isinstance(message, str | bytes) else json.dumps(message)
        self._get(alias).send(data)

    @keyword(name="Receive WebSocket Message")
    def receive_websocket_message(
        self,
        timeout: timedelta | None = None,
        alias: str | None = None,
        format: Format = "message",  # noqa: A002 - what it is called in tests
    ) -> Any:
        """Wait for a message and return it.

        Args:
            timeout: How long to wait; the library's ``timeout`` by default.
            alias: Which connection; the current one by default.
            format: ``message`` for text or bytes as they came, ``json`` to read them as JSON.

        Returns:
            The message.

        Raises:
            AssertionError: None came in time or the connection was closed; the error tells what did
                come before. Or it is no JSON.
            WebSocketError: There is no such connection.

        Example:
        | Start Server    sample_app.chat:Chat
        | Connect WebSocket    /talk?room=lobby&name=Ada
        | ${event} =    Receive WebSocket Message    timeout=2 seconds    format=json
        """
        connection = self._get(alias)
        message = connection.receive(self._seconds(timeout))
        if format == "message":
            return message
        try:
            return json.loads(message)
        except ValueError as error:
            raise AssertionError(
                f"{connection} received {shown(message)}, which is no JSON: {error}."
            ) from error

    @keyword(name="WebSocket Should Receive")
    def websocket_should_receive(
        self, *expected: Any, timeout: timedelta | None = None, alias: str | None = None
    ) -> None:
        """Fail unless the next messages are the expected ones.

        Args:
            *expected: Messages in their order: text, bytes, or what a JSON message means.
            timeout: How long to wait for each; the library's ``timeout`` by default.
            alias: Which connection; the current one by default.

        Raises:
            AssertionError: Another message came, or none.
            WebSocketError: There is no such connection.

        Example:
        | Start Server    sample_app.sockets:Sockets
        | Connect WebSocket    /echo
        | Send WebSocket Message    Hello
        | WebSocket Should Receive    Hello
        """
        connection = self._get(alias)
        for one in expected:
            before = connection.arrived
            message = connection.receive(self._seconds(timeout))
            if not _matches(message, one):
                wanted = shown(one) if isinstance(one, str | bytes) else json.dumps(one)
                raise AssertionError(
                    f"{connection} should have received {wanted}, but it received"
                    f" {shown(message)}. {before}"
                )

    @keyword(name="Close WebSocket")
    def close_websocket(self, code: int = 1000, reason: str = "", alias: str | None = None) -> None:
        """Close a connection. The one opened last among those left becomes the current one.

        Args:
            code: 1000, or 3000 to 4999 (RFC 6455, section 7.4).
            reason: At most 123 bytes.
            alias: Which connection; the current one by default.

        Raises:
            WebSocketError: There is no such connection, or the code must not be sent.

        Example:
        | Start Server    sample_app.sockets:Sockets
        | Connect WebSocket    /echo
        | Close WebSocket    code=3001    reason=enough
        """
        connection = self._get(alias)
        from robot_cherrypy.websocket.errors import check_close  # noqa: PLC0415 - an extra

        try:
            check_close(code, reason)
        except ValueError as error:
            raise WebSocketError(str(error)) from error
        del self._connections[connection.alias]
        connection.client.close(code, reason)
        connection.close()

    @keyword(name="WebSocket Should Be Closed")
    def websocket_should_be_closed(
        self,
        code: int | None = None,
        reason: str | None = None,
        timeout: timedelta | None = None,
        alias: str | None = None,
    ) -> None:
        """Wait until the server has closed a connection. Messages that come before are passed over.

        Args:
            code: With which code; any by default. 1006 if it vanished without closing.
            reason: With which reason; any by default.
            timeout: How long to wait; the library's ``timeout`` by default.
            alias: Which connection; the current one by default.

        Raises:
            AssertionError: It is open, or was closed otherwise; the error tells what came.
            WebSocketError: There is no such connection.

        Example:
        | Start Server    sample_app.sockets:Sockets
        | Connect WebSocket    /echo    alias=one
        | Stop Server
        | WebSocket Should Be Closed    code=1001    alias=one
        """
        connection = self._get(alias)
        seconds = self._seconds(timeout)
        deadline = time.monotonic() + seconds
        with contextlib.suppress(AssertionError):  # it is closed, or the time is over
            while True:
                connection.receive(max(0.0, deadline - time.monotonic()))
        wanted = "" if code is None else f" with code {code}"
        if reason is not None:
            wanted += f" '{reason}'" if wanted else f" with reason '{reason}'"
        client = connection.client
        if client.code is None:
            raise AssertionError(
                f"{connection} should be closed{wanted}, but it is still open after"
                f" {seconds:g} s. {connection.arrived}"
            )
        if code not in {None, client.code} or reason not in {None, client.reason}:
            raise AssertionError(
                f"{connection} should be closed{wanted}, but {connection.state}."
                f" {connection.arrived}"
            )

    @keyword(name="Switch WebSocket")
    def switch_websocket(self, alias: str) -> str:
        """Make a connection the current one.

        Args:
            alias: Which connection.

        Returns:
            The alias of the one that was current.

        Raises:
            WebSocketError: There is no such connection.

        Example:
        | Start Server    sample_app.sockets:Sockets
        | Connect WebSocket    /echo    alias=one
        | Connect WebSocket    /echo    alias=other
        | ${previous} =    Switch WebSocket    one
        """
        previous = self._get(None).alias
        connection = self._get(alias)
        self._connections[alias] = self._connections.pop(connection.alias)
        return previous

    def close_websockets(self, owner: str | None = None) -> None:
        """Close those that a suite left open, or all."""
        for connection in list(self._connections.values()):
            if owner in {None, connection.owner}:
                del self._connections[connection.alias]
                connection.close()

    def _get(self, alias: str | None) -> Connection:
        if alias is not None and alias in self._connections:
            return self._connections[alias]
        if alias is not None:
            there = ", ".join(self._connections) or "none"
            raise WebSocketError(f"There is no WebSocket '{alias}'. There are: {there}.")
        if not self._connections:
            raise WebSocketError("There is no WebSocket: use 'Connect WebSocket' first.")
        return next(reversed(self._connections.values()))

    def _base(self) -> str:
        return self._servers.get().url.replace("http", "ws", 1)

    def _seconds(self, timeout: timedelta | None) -> float:
        return self._options.timeout_seconds if timeout is None else timeout.total_seconds()


def _client() -> Any:
    try:
        from robot_cherrypy.websocket import client  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError("Keywords about WebSockets", "websocket") from error
    return client


def _matches(message: Message, expected: Any) -> bool:
    if isinstance(expected, str | bytes):
        return message == expected
    try:
        return bool(json.loads(message) == expected)
    except ValueError:
        return False


def shown(message: Message) -> str:
    """Return a message as errors and logs show it."""
    text = repr(message)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(message)} in all)"
