"""The options of a WebSocket page, at its decorator and in the configuration."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

_NAMESPACE = "websocket."


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of the decorator `websocket`.

    Each is also a configuration entry, such as `websocket.max_message`. Configuration wins over the
    decorator, as it does for tools. CherryPy's own server and our asyncio server follow them all;
    under another ASGI server, limits, time-outs and compression are those of that server.

    Attributes:
        subprotocols: Names that the page speaks, the preferred one first (RFC 6455, 1.9).
        origins: Sites whose pages may connect besides the page's own, such as
            `https://example.com`; `*` for all. Clients that send no Origin are not browsers and may
            always connect.
        compression: Whether to accept permessage-deflate (RFC 7692).
        max_message: Bytes that a message may have, inflated; a bigger one closes with 1009.
        max_frame: Bytes that a frame may have; by default as many as a message.
        max_queue: Bytes of messages that may wait for the page handler. If there are more, nothing
            is read from the client until half of it is left.
        ping_interval: Seconds until the first ping, and from the end of each ping's time-out to the
            next ping; None for no pings.
        ping_timeout: Seconds that the client has to send anything after a ping. If it does not, the
            WebSocket is closed with 1011.
        close_timeout: Seconds that the client has to respond to a close frame. If it does not, the
            connection is cut.
    """

    subprotocols: Collection[str] = ()
    origins: Collection[str] = ()
    compression: bool = True
    # The limit of the `websockets` library, too.
    max_message: int = 2**20
    max_frame: int | None = None
    # Some thousand short messages; if 10,000 clients have to wait, 2.5 GiB in all.
    max_queue: int = 2**18
    # As in the `websockets` library. Together they send a ping every 40 seconds, within the 60
    # after which nginx gives up an idle connection.
    ping_interval: float | None = 20.0
    ping_timeout: float = 20.0
    # Much longer than a round trip, and not longer than a person waits for a server to stop.
    close_timeout: float = 5.0

    def configured(self, config: Mapping[str, Any]) -> "Options":
        """Return these options, with those replaced that a page's configuration sets.

        Raises:
            TypeError: There is no such option.
        """
        entries = {
            key.removeprefix(_NAMESPACE): value
            for key, value in config.items()
            if key.startswith(_NAMESPACE)
        }
        return dataclasses.replace(self, **entries) if entries else self
