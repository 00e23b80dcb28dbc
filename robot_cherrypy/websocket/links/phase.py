"""The phases of a `TransportLink`, and the events that lead from one to another.

Listed are, for each phase, the events that lead to another one or do something else. "We" are the
server, the peer is the client, and numbers are sections of RFC 6455.

OPENING: the response to the handshake is not sent yet. Frames that are to be sent are kept.
    transport made     -> OPEN           the kept frames are sent, and pings start
    we close           -> CLOSING        our close frame is kept, too

OPEN: messages pass in both directions.
    we close           -> CLOSING        our close frame is sent, and unread messages are dropped
    peer ends          -> ENDING         then at once page handler done, if it is receiving
    transport lost     -> LOST           code 1006 (7.1.5)

CLOSING: our close frame was first, and the peer's has not come (5.5.1).
    transport made     -> CLOSING        if we closed in OPENING: the kept frames are sent
    peer ends          -> DISCONNECTING  with the peer's code and reason
    time-out           -> CLOSING        the transport is cut, so that it will be lost
    transport lost     -> LOST           code 1006

ENDING: the peer's end was first, and our close frame is not sent. The page handler may still
receive the messages that came before it, and respond to them.
    page handler done  -> DISCONNECTING  our close frame is sent, with the peer's code (5.5.1)
    we close, time-out -> DISCONNECTING  likewise
    transport lost     -> LOST           the peer's code and reason; 1006 after a violation

DISCONNECTING: our close frame is sent and the peer has ended. The transport is closing (7.1.1).
    server stops       -> DISCONNECTING  after a violation, what the peer still sends is not read
    time-out           -> DISCONNECTING  the transport is cut, so that it will be lost
    transport lost     -> LOST

LOST: the transport is closed.

The events:

- We close: the page handler closes, the server stops, or the client reads broadcasts too slowly or
  sends nothing after a ping.
- Peer ends: its close frame arrives, or something that violates the protocol or a limit (7.1.7).
- Page handler done: it receives, and there is no message left; or it sends, and that is no response
  to a message.
- Time-out: `Options.close_timeout` is over since the phase began.

All other events leave the phase as it is. Messages that arrive are kept in OPEN only.
"""

import enum


class Phase(enum.Enum):
    """Phases of a WebSocket; see the module's docstring."""

    OPENING = enum.auto()
    OPEN = enum.auto()
    CLOSING = enum.auto()
    ENDING = enum.auto()
    DISCONNECTING = enum.auto()
    LOST = enum.auto()


# Our close frame is not sent yet. After it, no message may be (5.5.1).
SENDABLE = (Phase.OPEN, Phase.ENDING)
