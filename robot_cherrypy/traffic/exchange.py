"""What is recorded of servers: exchanges, errors, and lines of their error logs."""

import errno
import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from robot_cherrypy.traffic.handler import Handler, described
from robot_cherrypy.traffic.headers import Headers
from robot_cherrypy.traffic.hints import advice_for
from robot_cherrypy.traffic.text import encodable

_numbers = itertools.count(1)

_FORM = "application/x-www-form-urlencoded"


class Exchange:
    """One request and its response.

    Each request makes an `Exchange`, so it is made quickly: headers stay as the server has them
    until somebody asks, and what most requests do not need is an attribute of the class.

    Attributes:
        method: Such as `GET`, which it is for a WebSocket too.
        path: Decoded, with the script name.
        query: As it was sent, without the `?`.
        server: Alias of the server.
        client: IP address of the client.
        websocket: Whether the request asks for a WebSocket.
        thread: Identifier of the thread that received the request.
        number: Its number among all exchanges of this process, from 1.
        started: When the request arrived. Times are of `time.monotonic`, which the processes of a
            machine share, in seconds.
        responded: When the headers of the response were sent, None before.
        ended: When the response had ended, None before.
        status: HTTP status, None before the response.
        sent: Size of the response's body so far, in bytes.
        received: Size of the request's body as far as it was read, in bytes.
        raw_body: The first bytes of the request's body, up to 64 KiB.
        raw_response_body: The first bytes of the response's body if its status is 400 or more, up
            to 4 kB.
        raw_request_headers: As `Headers.from_raw` takes them; `raw_response_headers` too.
        refusal: Why it was refused, as the end of a sentence; empty if it was not, or nobody knows.
        fault: What a test injected, in words; empty if nothing.
        errors: The server errors that the request led to.
        raw_handler: The function that the request was for, as `handler.described` takes it;
            `raw_stand_in` is what answered in its place.
    """

    responded: float | None = None
    ended: float | None = None
    status: int | None = None
    raw_response_headers: Any = ()
    sent = received = 0
    raw_body = raw_response_body = b""
    refusal = fault = ""
    errors: "tuple[RecordedError, ...]" = ()
    raw_handler: Any = None
    raw_stand_in: Any = None

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        server: str = "",
        client: str = "",
        raw_request_headers: Any = (),
        websocket: bool = False,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.server = server
        self.client = client
        self.raw_request_headers = raw_request_headers
        self.websocket = websocket
        self.thread = threading.get_ident()
        self.number = next(_numbers)
        self.started = time.monotonic()

    def __str__(self) -> str:
        """Return method, path and age, as messages name a request."""
        return f"{self.method} {self.path} ({self.age:.1f} s)"

    def __repr__(self) -> str:
        """Return what a log shows of it: number, method, path and status."""
        status = "in flight" if self.status is None else self.status
        return f"<Exchange {self.number}: {self.method} {self.path} {status}>"

    @property
    def url(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def duration(self) -> float | None:
        """Seconds from the request's arrival to the end of its response; None while in flight."""
        return None if self.ended is None else self.ended - self.started

    @property
    def age(self) -> float:
        """Seconds from the request's arrival to the end of its response, or until now."""
        return (self.ended or time.monotonic()) - self.started

    @property
    def request_headers(self) -> Headers:
        """The headers of the request."""
        return Headers.from_raw(self.raw_request_headers)

    @property
    def headers(self) -> Headers:
        """The same as `request_headers`, in short for users."""
        return self.request_headers

    @property
    def response_headers(self) -> Headers:
        """The headers of the response; empty before it."""
        return Headers.from_raw(self.raw_response_headers)

    @property
    def handler(self) -> Handler | None:
        """The page handler or view that the request was for; None if there is none."""
        return described(self.raw_handler, self.method)

    @property
    def stand_in(self) -> Handler | None:
        """The tool, hook or other function that answered in the place of the handler, or None."""
        return described(self.raw_stand_in)

    @property
    def responder(self) -> Handler | None:
        """The function that answered: what stood in for the handler, else the handler itself."""
        return self.stand_in or self.handler

    @property
    def streams(self) -> bool:
        """Whether it stays open for as long as the page: a WebSocket, or server-sent events."""
        content_type = self.response_headers.get("Content-Type", "")
        return self.websocket or content_type.startswith("text/event-stream")

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """The parameters of query and form; a list where a name comes several times."""
        sources = [self.query]
        if self.request_headers.get("Content-Type", "").startswith(_FORM):
            sources.append(self.body)
        values: dict[str, list[str]] = {}
        for source in sources:
            for name, some in parse_qs(source, keep_blank_values=True).items():
                values.setdefault(name, []).extend(some)
        return {name: some[0] if len(some) == 1 else some for name, some in values.items()}

    @property
    def body(self) -> str:
        """The request's body as text, as far as the application read it, up to 64 KiB."""
        return self.raw_body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The request's body read as JSON; None if it is not JSON."""
        try:
            return json.loads(self.raw_body)
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True, eq=False)
class RecordedError:
    """An error on the server's side.

    Attributes:
        type: Name of the exception's class, or `HTTP 500` if an error status came without one.
        message: Text of the exception, or the reason phrase of the status.
        traceback: As Python prints it; empty without an exception.
        handler: What raised it: a page handler such as `shop.Root.buy`, another function, or the
            target or name of a thread; may be empty.
        when: `in a thread`, `after the headers`, or empty.
        at: When it was recorded, in seconds of `time.monotonic`.
        exchange: The request that led to it, None if unknown.
        server: Alias of the server, empty if unknown.
    """

    type: str
    message: str
    traceback: str = ""
    handler: str = ""
    when: str = ""
    at: float = field(default_factory=time.monotonic)
    exchange: Exchange | None = None
    server: str = ""

    def __post_init__(self) -> None:
        """Make what the application says encodable."""
        for name in ("type", "message", "traceback", "handler"):
            object.__setattr__(self, name, encodable(getattr(self, name)))

    @property
    def method(self) -> str:
        """Method of the request; empty if unknown."""
        return self.exchange.method if self.exchange else ""

    @property
    def path(self) -> str:
        """Path of the request; empty if unknown."""
        return self.exchange.path if self.exchange else ""

    @property
    def status(self) -> int | None:
        """HTTP status of the response, None if unknown."""
        return self.exchange.status if self.exchange else None

    @property
    def error(self) -> str:
        """Type and message."""
        return f"{self.type}: {self.message}" if self.message else self.type

    def explains(self, other: "RecordedError") -> bool:
        """Whether this is the exception behind an error status: some frameworks send it first."""
        same = self.exchange is not None and self.exchange is other.exchange
        return same and bool(self.traceback) and not other.traceback

    def __str__(self) -> str:
        """Return request, error, handler and status in one line."""
        where = f"{self.method} {self.path}: " if self.exchange else ""
        by = f" in {self.handler}" if self.handler else ""
        when = f", {self.when}" if self.when else ""
        if when and not self.exchange and self.server:
            when += f" of server '{self.server}'"
        status = f" (answered {self.status})" if self.status and self.traceback else ""
        advice = advice_for(self.error)
        return f"{where}{self.error}{by}{when}{status}{advice and f'. {advice}'}"


@dataclass(frozen=True)
class LogLine:
    """A line of an error log.

    Attributes:
        text: The message, without the time that CherryPy writes before it.
        level: As in `logging`.
        logger: Name of the logger.
        at: When it was logged, in seconds of `time.monotonic`.
        exchange: The request during which it was logged, None if there was none.
    """

    text: str
    level: int
    logger: str
    at: float = field(default_factory=time.monotonic)
    exchange: Exchange | None = None

    def __post_init__(self) -> None:
        """Make what the application says encodable."""
        object.__setattr__(self, "text", encodable(self.text))


Record = Exchange | RecordedError | LogLine


class ExchangeCutError(BrokenPipeError):
    """Ends a response whose server has stopped, or whose connection a test wants dropped.

    Servers take it for a client that has closed its connection, and log nothing.
    """

    def __init__(self, message: str) -> None:
        super().__init__(errno.EPIPE, message)
