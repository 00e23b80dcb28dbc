"""What can be chosen for a WebSocket page, and where: at the decorator or in the configuration."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

_NAMESPACE = "websocket."


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of `websocket`. Each is also a configuration entry, `websocket.max_message` say.

    Configuration wins over the decorator, as it does for tools. Limits, time-outs and compression
    are ours to keep on CherryPy's own server and on our asyncio server; under another ASGI server
    they are that server's.

    Attributes:
        subprotocols: Names that the page speaks, the preferred one first (RFC 6455, 1.9).
        origins: Origins that may connect besides the page's own, such as `https://example.com`;
            `*` for all. Clients that are no browsers send none and may always.
        compression: Whether to agree to permessage-deflate (RFC 7692).
        max_message: Bytes that a message may have, inflated; a bigger one closes with 1009.
        max_frame: Bytes that a frame may have; as `max_message` by default.
        max_queue: Bytes of messages that may wait for the page handler; when there are more, the
            peer is made to wait.
        ping_interval: Seconds of silence after which a ping is sent; None for no pings.
        ping_timeout: Seconds within which the peer has to show a sign of life after a ping; one
            that does not is cut off with 1011.
        close_timeout: Seconds that the peer has to answer a close before it is cut off.
    """

    subprotocols: Collection[str] = ()
    origins: Collection[str] = ()
    compression: bool = True
    max_message: int = 2**20
    max_frame: int | None = None
    max_queue: int = 2**18
    ping_interval: float | None = 20.0
    ping_timeout: float = 20.0
    close_timeout: float = 5.0

    def configured(self, config: Mapping[str, Any]) -> "Options":
        """Return these options with those that a page's configuration sets.

        Raises:
            TypeError: There is no such option.
        """
        found = {
            key.removeprefix(_NAMESPACE): value
            for key, value in config.items()
            if key.startswith(_NAMESPACE)
        }
        return dataclasses.replace(self, **found) if found else self
