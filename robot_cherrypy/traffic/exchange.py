"""What is recorded: exchanges, and the errors behind them."""

import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

_numbers = itertools.count(1)

_FORM = "application/x-www-form-urlencoded"


class Exchange:
    """A request and its response.

    Times are of `time.monotonic`, in seconds, shared by the processes of a machine. Sizes are in
    bytes and without headers. `raw_headers` are pairs or a WSGI environ, `thread` is the one that
    took the request, and `kept` are the first bytes of the request's body.

    Every request makes one, so that what most do not need is an attribute of the class.
    """

    responded: float | None = None
    ended: float | None = None
    status: int | None = None
    response_headers: Any = ()
    sent = received = 0
    kept = b""
    fault = ""
    failures: "tuple[ServerFailure, ...]" = ()

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        server: str = "",
        client: str = "",
        raw_headers: Any = (),
        websocket: bool = False,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.server = server
        self.client = client
        self.raw_headers = raw_headers
        self.websocket = websocket
        self.thread = threading.get_ident()
        self.number = next(_numbers)
        self.started = time.monotonic()

    def __str__(self) -> str:
        """Name the exchange as an error does: method, path and age."""
        return f"{self.method} {self.path} ({time.monotonic() - self.started:.1f} s)"

    @property
    def url(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def duration(self) -> float | None:
        """Seconds from the request's arrival to the end of its response; None while in flight."""
        return None if self.ended is None else self.ended - self.started

    @property
    def headers(self) -> dict[str, str]:
        """The request's headers by name, such as `Content-Type`."""
        raw = self.raw_headers
        return _named(_of_environ(raw) if isinstance(raw, dict) else raw)

    @property
    def answer_headers(self) -> dict[str, str]:
        """The response's headers by name; of several with one name, the last."""
        return _named(self.response_headers)

    @property
    def streams(self) -> bool:
        """Whether it is open for as long as the page is: a WebSocket, or server-sent events."""
        return self.websocket or self.answer_headers.get("Content-Type", "").startswith(
            "text/event-stream"
        )

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """The parameters of query and form; of one that came several times, a list."""
        sources = [self.query]
        if self.headers.get("Content-Type", "").startswith(_FORM):
            sources.append(self.kept.decode("utf-8", "replace"))
        found: dict[str, list[str]] = {}
        for source in sources:
            for name, values in parse_qs(source, keep_blank_values=True).items():
                found.setdefault(name, []).extend(values)
        return {name: one[0] if len(one) == 1 else one for name, one in found.items()}

    @property
    def body(self) -> str:
        """The request's body as text, up to 64 KiB of it."""
        return self.kept.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The request's body read as JSON, None where it is none."""
        try:
            return json.loads(self.kept)
        except ValueError:
            return None


def _of_environ(environ: dict[str, Any]) -> list[tuple[str, str]]:
    found = [item for item in environ.items() if item[0].startswith("HTTP_")]
    if "CONTENT_TYPE" in environ:
        found.append(("Content-Type", environ["CONTENT_TYPE"]))
    return found


def _named(raw: Any) -> dict[str, str]:
    """Read header names and values, as text or as bytes; WSGI names them as CGI does."""
    return {_header_name(_text(name)): _text(value) for name, value in raw}


def _header_name(name: str) -> str:
    return name.removeprefix("HTTP_").replace("_", "-").title()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


@dataclass(frozen=True, kw_only=True, eq=False)
class ServerFailure:
    """An error on the server's side.

    Attributes:
        type: Name of the exception's class, or `HTTP 500` where a page answered so by itself.
        message: What the exception said.
        traceback: As Python prints it; empty where there was no exception.
        handler: Who failed, such as `shop.Root.buy`, or the name of a thread; may be empty.
        when: `in a thread`, `after the headers`, or empty.
        at: When, in seconds of `time.monotonic`.
        exchange: The request that led to it, None where none is known.
        server: Alias of the server, where known.
    """

    type: str
    message: str
    traceback: str = ""
    handler: str = ""
    when: str = ""
    at: float = field(default_factory=time.monotonic)
    exchange: Exchange | None = None
    server: str = ""

    @property
    def method(self) -> str:
        """Of the request."""
        return self.exchange.method if self.exchange else ""

    @property
    def path(self) -> str:
        """Of the request."""
        return self.exchange.path if self.exchange else ""

    @property
    def status(self) -> int | None:
        """What the request was answered with."""
        return self.exchange.status if self.exchange else None

    def explains(self, other: "ServerFailure") -> bool:
        """Whether it is the exception behind an answer: some frameworks answer 500, then raise."""
        same = self.exchange is not None and self.exchange is other.exchange
        return same and bool(self.traceback) and not other.traceback

    @property
    def error(self) -> str:
        """Type and message."""
        return f"{self.type}: {self.message}" if self.message else self.type

    def __str__(self) -> str:
        """Say in one line what failed, and where."""
        where = f"{self.method} {self.path}: " if self.exchange else ""
        by = f" in {self.handler}" if self.handler else ""
        when = f", {self.when}" if self.when else ""
        answer = f" (answered {self.status})" if self.status and self.traceback else ""
        return f"{where}{self.error}{by}{when}{answer}"


@dataclass(frozen=True)
class LogLine:
    """A line of an error log. `at` is of `time.monotonic`, in seconds."""

    text: str
    level: int
    logger: str
    at: float = field(default_factory=time.monotonic)
    exchange: Exchange | None = None
