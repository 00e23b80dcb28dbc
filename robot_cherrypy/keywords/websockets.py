"""Keywords about WebSockets."""

import contextlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from robot.api.deco import keyword

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import MissingExtraError, WebSocketError
from robot_cherrypy.evidence.run_history import RunHistory
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.keywords.logged_websocket import LoggedWebSocket, Message, display
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.pauses import PAUSES

_Format = Literal["message", "json"]


class WebSocketKeywords:
    """Opening WebSockets without a browser, sending and receiving messages, closing them."""

    def __init__(
        self, servers: Servers, options: Options, history: RunHistory, cleanup: Cleanup
    ) -> None:
        self._servers = servers
        self._options = options
        self._cleanup = cleanup
        self._history = history
        self._websockets: dict[str, LoggedWebSocket] = {}

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
        """Open a WebSocket to a page and make it the current one.

        Several WebSockets may be open at once, each with an alias. A WebSocket is closed by
        `Close WebSocket`, or else at the end of the suite that opened it.

        Args:
            path: A path on the current server, beginning with a slash, or a URL that begins with
                ``ws://`` or ``wss://``.
            alias: Name of the WebSocket for other keywords; the path by default. It may be that of
                a WebSocket that is closed.
            subprotocols: Names of the subprotocols that the test offers, the preferred one first.
            headers: Additional headers of the handshake request, such as ``Cookie``.
            origin: Value of the header ``Origin``, by which a browser tells which site's page opens
                the WebSocket; no such header by default.
            timeout: How long the handshake may take; the library's ``timeout`` by default.

        Returns:
            The subprotocol that the server chose, or None.

        Raises:
            WebSocketError: The handshake failed, the message says with which response; or a
                WebSocket of this alias is open.
            ServerError: ``path`` is a path, and no server is running.

        Example:
        | Start Server    sample_app.chat:Chat
        | Connect WebSocket    /talk?room=lobby&name=Ada    alias=Ada
        | Connect WebSocket    /talk?room=lobby&name=Grace    alias=Grace
        """
        name = alias or path
        before = self._websockets.get(name)
        if before is not None and before.client.code is None:
            raise WebSocketError(
                f"A WebSocket with alias '{name}' is there: close it or choose another alias."
            )
        client_module = _client()
        url = path if "://" in path else self._base() + path
        seconds = self._options.timeout_seconds(timeout)
        connection = client_module.connect(
            url,
            subprotocols=subprotocols or (),
            headers=headers,
            timeout=seconds,
            max_message=None,
            max_queue=None,  # with a limit, to close would wait until messages are received
            origin=origin,
        )
        stack = contextlib.ExitStack()
        try:
            client = stack.enter_context(connection)
        except client_module.ConnectionRefused as error:
            raise WebSocketError(str(error)) from error
        if before is not None:
            self._close(before)
        websocket = LoggedWebSocket(name, client, stack.close, self._history)
        self._websockets[name] = websocket
        self._cleanup.at_end_of_suite(str(websocket), lambda: self._close(websocket), Stage.CLIENTS)
        chosen: str | None = client.subprotocol
        return chosen

    @keyword(name="Send WebSocket Message")
    def send_websocket_message(self, message: Any, alias: str | None = None) -> None:
        """Send a message.

        Args:
            message: Text, which is sent as a text message; bytes, which are sent as a binary
                message; or a dictionary, list, number, Boolean or None, which is sent as JSON text.
            alias: Alias of the WebSocket; the current one by default.

        Raises:
            WebSocketError: There is no such WebSocket, or it is closed.

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
        format: _Format = "message",  # noqa: A002 - what it is called in tests
    ) -> Any:
        """Wait for a message and return it.

        Args:
            timeout: How long to wait; the library's ``timeout`` by default.
            alias: Alias of the WebSocket; the current one by default.
            format: ``message`` to return text or bytes unchanged, ``json`` to parse them as JSON.

        Returns:
            Text or bytes; with ``format=json``, what the JSON stands for.

        Raises:
            AssertionError: No message came in time, or the WebSocket was closed; the error lists
                the messages that came before. Or the message is not JSON.
            WebSocketError: There is no such WebSocket.

        Example:
        | Start Server    sample_app.chat:Chat
        | Connect WebSocket    /talk?room=lobby&name=Ada
        | ${event} =    Receive WebSocket Message    timeout=2 seconds    format=json
        """
        websocket = self._get(alias)
        message = websocket.receive(self._options.timeout_seconds(timeout))
        if format == "message":
            return message
        try:
            return json.loads(message)
        except ValueError as error:
            raise AssertionError(
                f"{websocket} received {display(message)}, which is no JSON: {error}."
            ) from error

    @keyword(name="WebSocket Should Receive")
    def websocket_should_receive(
        self, *expected: Any, timeout: timedelta | None = None, alias: str | None = None
    ) -> None:
        """Wait for the next messages, and fail unless they are the expected ones.

        Args:
            *expected: The messages in order. A dictionary, list, number, Boolean or None is
                compared with what a message stands for as JSON.
            timeout: How long to wait for each message; the library's ``timeout`` by default.
            alias: Alias of the WebSocket; the current one by default.

        Raises:
            AssertionError: Another message came, or none.
            WebSocketError: There is no such WebSocket.

        Example:
        | Start Server    sample_app.sockets:Sockets
        | Connect WebSocket    /echo
        | Send WebSocket Message    Hello
        | Send WebSocket Message    Goodbye
        | WebSocket Should Receive    Hello    Goodbye
        """
        websocket = self._get(alias)
        for wanted in expected:
            before = websocket.received_before
            message = websocket.receive(self._options.timeout_seconds(timeout))
            if not _matches(message, wanted):
                is_message = isinstance(wanted, str | bytes)
                shown = display(wanted) if is_message else json.dumps(wanted)
                raise AssertionError(
                    f"{websocket} should have received {shown}, but it received"
                    f" {display(message)}. {before}"
                )

    @keyword(name="Close WebSocket")
    def close_websocket(self, code: int = 1000, reason: str = "", alias: str | None = None) -> None:
        """Close a WebSocket. Of those that are left, the one opened last becomes the current one.

        Args:
            code: Close code: 1000 for a normal end, or a code of the application's from 3000 to
                4999 (RFC 6455, section 7.4).
            reason: A text for the server, of at most 123 bytes in UTF-8.
            alias: Alias of the WebSocket; the current one by default.

        Raises:
            WebSocketError: There is no such WebSocket, the code must not be sent, or the reason is
                too long.

        Example:
        | Start Server    sample_app.sockets:Sockets
        | Connect WebSocket    /echo
        | Close WebSocket    code=3001    reason=enough
        """
        websocket = self._get(alias)
        from robot_cherrypy.websocket.protocol.close_codes import check_close  # noqa: PLC0415 - an extra

        try:
            check_close(code, reason)
        except ValueError as error:
            raise WebSocketError(str(error)) from error
        websocket.client.close(code, reason)
        self._close(websocket)

    @keyword(name="WebSocket Should Be Closed")
    def websocket_should_be_closed(
        self,
        code: int | None = None,
        reason: str | None = None,
        timeout: timedelta | None = None,
        alias: str | None = None,
    ) -> None:
        """Wait until the server has closed a WebSocket. Messages that come before are discarded.

        Args:
            code: The close code; any by default. It is 1006 if the connection ended without one.
            reason: The reason; any by default.
            timeout: How long to wait; the library's ``timeout`` by default.
            alias: Alias of the WebSocket; the current one by default.

        Raises:
            AssertionError: The WebSocket is still open, or was closed with another code or reason;
                the error lists the messages that came before.
            WebSocketError: There is no such WebSocket.

        Example:
        | Start Server    sample_app.sockets:Sockets
        | Connect WebSocket    /echo    alias=one
        | Stop Server
        | WebSocket Should Be Closed    code=1001    alias=one
        """
        websocket = self._get(alias)
        seconds = self._options.timeout_seconds(timeout)
        deadline = PAUSES.monotonic() + seconds
        client = websocket.client
        with contextlib.suppress(AssertionError):  # the WebSocket is closed, or the time is over
            left = seconds
            while left > 0 or client.code is not None:
                websocket.receive(max(0.0, left))
                left = deadline - PAUSES.monotonic()
        wanted = "" if code is None else f" with code {code}"
        if reason is not None:
            wanted += f" '{reason}'" if wanted else f" with reason '{reason}'"
        if client.code is None:
            raise AssertionError(
                f"{websocket} should be closed{wanted}, but it is still open after"
                f" {seconds:g} s. {websocket.received_before}"
            )
        if code not in {None, client.code} or reason not in {None, client.reason}:
            raise AssertionError(
                f"{websocket} should be closed{wanted}, but {websocket.state}."
                f" {websocket.received_before}"
            )

    @keyword(name="Switch WebSocket")
    def switch_websocket(self, alias: str) -> str:
        """Make a WebSocket the current one: the one that keywords use when they are given no alias.

        Args:
            alias: Alias of the WebSocket.

        Returns:
            The alias of the WebSocket that was the current one before.

        Raises:
            WebSocketError: There is no such WebSocket.

        Example:
        | Start Server    sample_app.sockets:Sockets
        | Connect WebSocket    /echo    alias=one
        | Connect WebSocket    /echo    alias=other
        | ${previous} =    Switch WebSocket    one
        """
        previous = self._get(None).alias
        websocket = self._get(alias)
        self._websockets[alias] = self._websockets.pop(websocket.alias)
        return previous

    def _close(self, websocket: LoggedWebSocket) -> None:
        self._cleanup.withdraw(str(websocket))
        del self._websockets[websocket.alias]
        websocket.close()

    def _get(self, alias: str | None) -> LoggedWebSocket:
        if alias is not None and alias in self._websockets:
            return self._websockets[alias]
        if alias is not None:
            there = ", ".join(self._websockets) or "none"
            raise WebSocketError(f"There is no WebSocket '{alias}'. There are: {there}.")
        if not self._websockets:
            raise WebSocketError("There is no WebSocket: use 'Connect WebSocket' first.")
        return next(reversed(self._websockets.values()))

    def _base(self) -> str:
        return self._servers.get().url.replace("http", "ws", 1)


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
