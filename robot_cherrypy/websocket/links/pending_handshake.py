"""A handshake that waits for its page handler."""

import asyncio
import concurrent.futures

from robot_cherrypy.websocket.errors import Closed
from robot_cherrypy.websocket.protocol.close_codes import ABNORMAL


class PendingHandshake:
    """A handshake from the call of the page handler until its response is sent.

    The request waits until the page handler uses its WebSocket, which accepts the handshake, or
    raises, which refuses it. Then the page handler waits until the response is sent.

    Attributes:
        decision: Done when the page handler has decided; has its error if it raised. The request
            may wait for it on any thread.
        completion: Done when the WebSocket carries messages; has the error `Closed` if it never
            will. To be used on the event loop.
    """

    __slots__ = ("completion", "decision")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.decision: concurrent.futures.Future[None] = concurrent.futures.Future()
        self.completion: asyncio.Future[None] = loop.create_future()

    def accept(self) -> None:
        """Let the request respond with 101."""
        if not self.decision.done():
            self.decision.set_result(None)

    def refuse(self, error: BaseException) -> None:
        """Let the request raise the page handler's error."""
        if not self.decision.done():
            self.decision.set_exception(error)

    def complete(self) -> None:
        """Let the page handler go on: the WebSocket carries messages."""
        if not self.completion.done():
            self.completion.set_result(None)

    def abandon(self) -> None:
        """Raise `Closed` in the page handler: the response was no 101, or could not be sent."""
        if not self.completion.done():
            self.completion.set_exception(Closed(ABNORMAL, "the handshake was not completed"))
            # asyncio logs an error that nobody retrieves, and the page handler may not be waiting.
            self.completion.exception()
