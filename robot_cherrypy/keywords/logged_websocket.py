"""A WebSocket of the test: its messages are logged, and its errors list those that came before."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from robot_cherrypy.errors import WebSocketError
from robot_cherrypy.evidence import logger
from robot_cherrypy.evidence.run_history import RunHistory
from robot_cherrypy.pauses import PAUSES

if TYPE_CHECKING:
    from robot_cherrypy.websocket import Client

Message = str | bytes

# How many messages an error lists: the last ones tell most, and a conversation may have thousands.
_LISTED = 20

# How many characters of a message are shown: two lines of the log.
_SHOWN = 200


class LoggedWebSocket:
    """A client's WebSocket under the alias by which keywords find it.

    Args:
        alias: Name of the WebSocket for keywords.
        client: The client, which is connected.
        close: Closes the connection of the client.
        history: Where messages are recorded for the timeline of the test.
    """

    def __init__(
        self, alias: str, client: "Client", close: Callable[[], None], history: RunHistory
    ) -> None:
        self.alias = alias
        self.client = client
        self.close = close
        self._history = history
        self._received: deque[Message] = deque(maxlen=_LISTED)
        self._count = 0

    def __str__(self) -> str:
        return f"WebSocket '{self.alias}'"

    def send(self, message: Message) -> None:
        """Send a message and log it.

        Raises:
            WebSocketError: The WebSocket is closed.
        """
        from robot_cherrypy.websocket import Closed  # noqa: PLC0415 - an extra

        try:
            self.client.send(message)
        except Closed as error:
            raise WebSocketError(
                f"{self} cannot send {display(message)}: {self.state}. {self.received_before}"
            ) from error
        self._log("→", message)

    def receive(self, timeout: float) -> Message:
        """Wait for a message, for at most `timeout` seconds, and log it.

        Raises:
            AssertionError: No message came in time, or the WebSocket is closed.
        """
        from robot_cherrypy.websocket import Closed  # noqa: PLC0415 - an extra

        try:
            message = self._receive(timeout)
        except TimeoutError as error:
            raise AssertionError(
                f"{self} received no message within {timeout:g} s. {self.received_before}"
            ) from error
        except Closed as error:
            raise AssertionError(
                f"{self} received no message: {self.state}. {self.received_before}"
            ) from error
        self._count += 1
        self._received.append(message)
        self._log("←", message)
        return message

    def _receive(self, timeout: float) -> Message:
        """Wait for a message; pauses of the test do not count."""
        deadline = PAUSES.monotonic() + timeout
        while True:
            try:
                return self.client.receive(max(0.0, deadline - PAUSES.monotonic()))
            except TimeoutError:
                if PAUSES.monotonic() >= deadline:
                    raise

    @property
    def state(self) -> str:
        """Whether the WebSocket is open or how it was closed, as part of a sentence."""
        if self.client.code is None:
            return "it is open"
        reason = f" '{self.client.reason}'" if self.client.reason else ""
        return f"it was closed with code {self.client.code}{reason}"

    @property
    def received_before(self) -> str:
        """The messages that were received, as a sentence for errors."""
        if not self._count:
            return "Nothing had arrived before."
        messages = ", ".join(map(display, self._received))
        earlier = "… " if self._count > len(self._received) else ""
        return f"Before, {self._count} had arrived: {earlier}{messages}."

    def _log(self, arrow: str, message: Message) -> None:
        logger.info(f"{self} {arrow} {display(message)}")
        self._history.add_event(f"{self} {arrow}", display(message))


def display(message: Message) -> str:
    """Return a message as errors and logs show it: quoted, and shortened if it is long.

    Secrets are masked before that: half of one would not be recognised.
    """
    text = logger.harmless(repr(message))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(message)} in all)"
