"""A connection of our own to a browser, beside its driver's.

The Chrome DevTools Protocol and WebDriver BiDi both send commands, their results and events as JSON
through a WebSocket.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import websocket

from robot_cherrypy.pages.observer import ObserverError

# Called with the session of an event (empty for the browser itself), its name and its values.
_OnEvent = Callable[[str, str, dict[str, Any]], None]

_OnResult = Callable[[dict[str, Any]], None]


class Connection:
    """Sends commands, each with a time limit; calls for each event, on a thread of its own.

    `changed` guards whatever events change, and is notified after each. It is held during the call.
    """

    def __init__(self, url: str, on_event: _OnEvent, timeout: float) -> None:
        """Connect.

        Args:
            url: Of the browser's WebSocket.
            on_event: Called for each event.
            timeout: For the connection, in seconds.

        Raises:
            ObserverError: Nothing listens there.
        """
        self.changed = threading.Condition()
        self.is_open = True
        self._on_event = on_event
        self._number = 0
        self._results: dict[int, dict[str, Any] | None] = {}
        self._on_results: dict[int, _OnResult] = {}
        try:
            # Browsers refuse connections with an Origin. Its texts are UTF-8 in any case.
            self._socket = websocket.create_connection(
                url, timeout=timeout, suppress_origin=True, skip_utf8_validation=True
            )
            self._socket.settimeout(None)
        except (websocket.WebSocketException, OSError, ValueError) as error:
            raise ObserverError(f"no connection to the browser: {error}") from error
        threading.Thread(target=self._read, name=f"events of {url}", daemon=True).start()

    def post(
        self, session: str, command: str, on_result: _OnResult | None = None, /, **values: Any
    ) -> None:
        """Send a command without waiting for its result.

        Args:
            session: The session of a page, or empty for the browser itself and in BiDi.
            command: Such as `Page.enable`.
            on_result: Called with its result, an empty one after an error.
            values: Its parameters.
        """
        with self.changed:
            self._number += 1
            if on_result is not None:
                self._on_results[self._number] = on_result
            self._send(self._number, session, command, values)

    def call(
        self,
        session: str,
        command: str,
        values: dict[str, Any],
        timeout: float,
        *,
        until: Callable[[], str] = str,
    ) -> dict[str, Any]:
        """Send a command and return its result.

        Args:
            session: The session of a page, or empty for the browser itself and in BiDi.
            command: Such as `Page.captureScreenshot`.
            values: Its parameters.
            timeout: In seconds.
            until: Returns why no result is waited for any more, empty for as long as it is.

        Raises:
            ObserverError: There was no result in time, or it was an error.
        """
        deadline = time.monotonic() + timeout
        with self.changed:
            self._number += 1
            number = self._number
            self._results[number] = None
            try:
                self._send(number, session, command, values)
                while (result := self._results[number]) is None:
                    self._check(until())
                    left = deadline - time.monotonic()
                    if left <= 0:
                        self._check(f"the browser did not answer within {timeout:.1f} s")
                    self.changed.wait(left)
            finally:
                del self._results[number]
        if "error" in result:
            raise ObserverError(_reason(result))
        returned: dict[str, Any] = result["result"]
        return returned

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _check(self, reason: str) -> None:
        if not self.is_open:
            reason = "the browser has ended"
        if reason:
            raise ObserverError(reason)

    def _send(self, number: int, session: str, command: str, values: dict[str, Any]) -> None:
        message = {"id": number, "method": command, "params": values}
        if session:
            message["sessionId"] = session
        try:
            self._socket.send(json.dumps(message))
        except (websocket.WebSocketException, OSError) as error:
            raise ObserverError("the browser has ended") from error

    def _read(self) -> None:
        try:
            while text := self._socket.recv():
                self._handle(json.loads(text))
        except (websocket.WebSocketException, OSError, ValueError, ObserverError):
            pass  # the browser has ended, maybe while it was sent something because of an event
        finally:
            with self.changed:
                self.is_open = False
                self.changed.notify_all()
            self._socket.close()

    def _tell(self, session: str, method: str, values: dict[str, Any]) -> None:
        # Another version of the protocol may have other values.
        with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
            self._on_event(session, method, values)

    def _handle(self, message: dict[str, Any]) -> None:
        with self.changed:
            if "id" not in message:
                self._tell(message.get("sessionId", ""), message["method"], message["params"])
            elif message["id"] in self._results:
                self._results[message["id"]] = message
            elif on_result := self._on_results.pop(message["id"], None):
                on_result(message.get("result", {}))
            self.changed.notify_all()


def _reason(result: dict[str, Any]) -> str:
    """Return why a command failed; the DevTools Protocol has the message within its `error`."""
    error = result["error"]
    details = error if isinstance(error, dict) else result
    return str(details.get("message", "")).partition("\n")[0].rstrip(".")
