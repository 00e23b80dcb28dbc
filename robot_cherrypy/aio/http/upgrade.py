"""The change of protocol on a connection after a response 101 (RFC 9110, 15.2.2)."""

import asyncio
from typing import Any


class TransportUpgrade:
    """Lets an application give the transport of its request to another protocol.

    An application finds it in the scope's `extensions`, as `asgi.TRANSPORT_UPGRADE`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.successor: tuple[Any, asyncio.Task[None]] | None = None

    def set_successor(self, successor: Any, task: "asyncio.Task[None]") -> None:
        """Set the protocol that gets the transport once the response is sent, if that is a 101.

        Args:
            successor: An `asyncio.Protocol` with a `transport` and a `shutdown()`, which the server
                calls when it stops.
            task: Ends when the successor has ended; a server that stops waits for it.
        """
        self.successor = successor, task
