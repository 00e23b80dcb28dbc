"""The states of an HTTP/1 connection, and of each request and response on it.

A connection has one `ConnectionState`: what the bytes that arrive next are. On it, each cycle has a
`RequestState` and a `ResponseState`. The three change independently of each other: a response may
be complete before its request has arrived, and the next request may arrive before the response to
the one before is complete.

Connection:

NEW         a byte arrives                                                      HEAD
NEW         no byte arrives in time (408)                                       LINGERING
NEW         the client and we have agreed on HTTP/2 by TLS                      UPGRADED
HEAD        the head of the request is complete                                 BODY
HEAD        it is the handshake of a WebSocket for a hosted ASGI application    UPGRADED
HEAD        it is refused, or late (408)                                        LINGERING
HEAD        it is refused, while an earlier response is not complete            IGNORING
HEAD        it follows the last request of the connection                       IGNORING
BODY        the request has arrived                                             IDLE
BODY        it has arrived, and offers to become a WebSocket                    UNDECIDED
BODY        it is refused, or late (408)                                        LINGERING
BODY        it is refused, while an earlier response is not complete            IGNORING
BODY        its response is complete and the last of the connection             LINGERING
IDLE        a byte arrives                                                      HEAD
UNDECIDED   the response is a 101, and the application has set a successor      UPGRADED
UNDECIDED   the response is another one                                         IDLE
IGNORING    the earlier response is complete, and the refusal is sent           LINGERING

What arrives in UNDECIDED is kept for the state after it.

A deadline begins with the connection, with the first byte of a head (also of the next request, when
the connection was idle until then), with each part of a body, and in IDLE with the end of a
response. While a response is being made, nothing but a body has a deadline. A head that begins to
arrive meanwhile has one from the end of that response.

In any state the connection may be closed, by the client or by us: after the response to the last
request, in IDLE if no request follows in time, in LINGERING if the client does not close it in
time, and when the server stops.

Request:

ARRIVING    the last byte arrives                                               ARRIVED
ARRIVED     the application receives the end of the body                        RECEIVED

Response:

WAITING     the application sends status and headers                            STARTED
WAITING     the application sends the whole response at once                    COMPLETE
WAITING     the client disconnects or is refused                                LOST
STARTED     the application sends the first part of the body                    SENDING
STARTED     the body is longer than its Content-Length, so that it is a 500     COMPLETE
STARTED     the application fails, so that it is a 500                          COMPLETE
STARTED     the client disconnects or is refused                                LOST
SENDING     the application sends the last part of the body                     COMPLETE
SENDING     the client disconnects or is refused                                LOST
"""

from enum import Enum, auto

# The slowest arrival of a body, in bytes a second, that is not refused as late. Apache's
# mod_reqtimeout has the same default (MinRate).
MIN_RATE = 500


class ConnectionState(Enum):
    """What the bytes are that arrive next."""

    # The first byte of the connection.
    NEW = auto()
    # A part of a request line or of headers.
    HEAD = auto()
    # A part of a request's body.
    BODY = auto()
    # The first byte of another request.
    IDLE = auto()
    # The first byte of another request or of a WebSocket.
    UNDECIDED = auto()
    # Ignored: the connection ends after the response to an earlier request.
    IGNORING = auto()
    # Ignored: our side of the connection is closed (RFC 9112, 9.6).
    LINGERING = auto()
    # Another protocol's.
    UPGRADED = auto()


class RequestState(Enum):
    """How much of a request has arrived."""

    ARRIVING = auto()
    ARRIVED = auto()
    # The application has received the end, so that it can only wait for the client to disconnect.
    RECEIVED = auto()


class ResponseState(Enum):
    """How much of a response was sent."""

    WAITING = auto()
    # Status and headers are kept until the body begins, which decides how its end is marked.
    STARTED = auto()
    SENDING = auto()
    COMPLETE = auto()
    # It will not be sent; what the application sends is dropped.
    LOST = auto()


# The members as names of this module, as in h11. A request needs some twenty, and Python 3.11 looks
# up a member of an Enum in ten times the time of a global.
NEW, HEAD, BODY, IDLE, UNDECIDED, IGNORING, LINGERING, UPGRADED = ConnectionState
ARRIVING, ARRIVED, RECEIVED = RequestState
WAITING, STARTED, SENDING, COMPLETE, LOST = ResponseState
