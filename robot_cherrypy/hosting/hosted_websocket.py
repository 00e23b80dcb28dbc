"""A WebSocket of a hosted ASGI application, which ends properly however the application does."""

import asyncio
import contextlib

from robot_cherrypy.asgi import AsgiCallable, Message, Receive, Scope, Send

# RFC 6455, 7.4.1: the purpose is fulfilled; something unexpected prevents the server from it.
_NORMAL, _FAILED = 1000, 1011
# What an application may do with a handshake besides to accept it.
_REFUSALS = frozenset({"websocket.close", "websocket.http.response.start"})


class HostedWebSocket:
    """A WebSocket that uvicorn carries.

    uvicorn ends the connection without a word if the application raises or returns; here the client
    is told that it is closed. A stop of the server cancels the application; a client that leaves
    does not.

    Args:
        receive: uvicorn's.
        send: uvicorn's.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive_message, self._send_message = receive, send
        self._is_accepted = self._is_over = False

    async def run(self, application: AsgiCallable, scope: Scope) -> None:
        """Run the application, and close the WebSocket if it is open at the end.

        Raises:
            RuntimeError: The application has neither accepted nor refused the handshake.
        """
        try:
            await application(scope, self._receive, self._send)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or not task.cancelling():
                raise
        except Exception:
            await self._close(_FAILED)
            raise
        else:
            if not (self._is_accepted or self._is_over):
                raise RuntimeError("The application has not accepted the WebSocket, nor refused.")
            await self._close(_NORMAL)

    async def _receive(self) -> Message:
        message = await self._receive_message()
        if message["type"] == "websocket.disconnect":
            self._is_over = True
        return message

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "websocket.send" and message.get("bytes") is message.get("text"):
            raise ValueError("websocket.send needs 'bytes' or 'text'.")  # uvicorn sends nothing
        await self._send_message(message)
        if kind == "websocket.accept":
            self._is_accepted = True
        elif kind in _REFUSALS:
            self._is_over = True

    async def _close(self, code: int) -> None:
        if self._is_accepted and not self._is_over:
            with contextlib.suppress(OSError):  # the client has left
                await self._send_message({"type": "websocket.close", "code": code})
