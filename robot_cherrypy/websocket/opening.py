"""Between a page handler's first use of its WebSocket and the answer to the handshake."""

import asyncio
import concurrent.futures

from robot_cherrypy.websocket.errors import ABNORMAL, Closed


class Opening:
    """Until the page handler uses its WebSocket, it is part of the request, and may still refuse.

    Attributes:
        wanted: Done when the handler uses its WebSocket; has the error if it raised before.
        opened: Done, on the event loop, when the connection carries messages.
    """

    __slots__ = ("opened", "wanted")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.wanted: concurrent.futures.Future[None] = concurrent.futures.Future()
        self.opened: asyncio.Future[None] = loop.create_future()

    def want(self) -> None:
        """Let the request answer with 101."""
        if not self.wanted.done():
            self.wanted.set_result(None)

    def fail(self, error: BaseException) -> None:
        """Let the request raise an error of the page handler."""
        if not self.wanted.done():
            self.wanted.set_exception(error)

    def succeed(self) -> None:
        """Let the page handler go on; to be called on the event loop."""
        if not self.opened.done():
            self.opened.set_result(None)

    def abandon(self) -> None:
        """Tell the page handler that nothing comes of it; to be called on the event loop."""
        if not self.opened.done():
            self.opened.set_exception(Closed(ABNORMAL, "the handshake was not completed"))
            self.opened.exception()  # a handler that is not waiting need not hear of it
