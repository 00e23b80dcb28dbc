"""Faults that a test puts between a server and its clients."""

import asyncio
import concurrent.futures
import fnmatch
import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.journal import ExchangeCutError

Effect = Literal["delay", "fail", "drop", "truncate", "stall", "throttle"]

# How often a throttled response goes on, in times a second.
_TICKS = 20


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is to happen to some responses.

    Attributes:
        effect: What.
        path: Pattern of the path, as a shell has them.
        method: HTTP method, any if empty.
        times: To how many responses, None for all.
        seconds: Of a delay.
        jitter: By how much a delay may be shorter or longer, in seconds.
        seed: Makes the jitter the same in every run.
        status: Of a failed response.
        size: After how many bytes of the body a response breaks off or stalls, None for the half.
        rate: Of a throttled response, in bytes a second.
        owner: The test or suite that wants it.
    """

    effect: Effect
    path: str = "*"
    method: str = ""
    times: int | None = None
    seconds: float = 0.0
    jitter: float = 0.0
    seed: int = 0
    status: int = 503
    size: int | None = None
    rate: float = 0.0
    owner: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what makes an equal one in another process."""
        return asdict(self)

    def concerns(self, exchange: Exchange) -> bool:
        """Whether it is about this exchange."""
        method_fits = not self.method or self.method == exchange.method
        return method_fits and fnmatch.fnmatchcase(exchange.path, self.path)


class _Armed:
    """A fault with what is left of it."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = fault.times
        self.random = random.Random(fault.seed)  # noqa: S311 - repeatable is what is wanted

    def strike(self) -> bool:
        """Use it up by one; return whether there was anything left."""
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0


@dataclass
class _Treatment:
    """What happens to one response."""

    delay: float = 0.0
    status: int | None = None
    drop: bool = False
    size: int | None = None
    ending: Literal["truncate", "stall"] | None = None
    rate: float = 0.0
    released: "concurrent.futures.Future[None]" = field(
        default_factory=concurrent.futures.Future, repr=False
    )

    def pause(self, seconds: float | None) -> None:
        """Wait on a thread, at most until the faults are cleared."""
        concurrent.futures.wait([self.released], seconds)

    async def pause_task(self, seconds: float | None) -> None:
        """Wait on an event loop, at most until the faults are cleared."""
        await asyncio.wait([asyncio.wrap_future(self.released)], timeout=seconds)

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Cut a chunk into what may be sent at one tick."""
        step = max(1, int(self.rate / _TICKS)) if self.rate else len(chunk) or 1
        for start in range(0, len(chunk), step):
            yield chunk[start : start + step]

    def limit(self, headers: Any) -> int:
        """Return after how many bytes of the body the ending comes."""
        if self.size is not None:
            return self.size
        for name, value in headers:
            text = name.decode("latin-1") if isinstance(name, bytes) else name
            if text.lower() == "content-length":
                return int(value) // 2
        return 1


class Faults:
    """The faults of one server. Tests arm and clear them; requests meet them."""

    def __init__(self) -> None:
        self.active = False
        self._armed: list[_Armed] = []
        self._guard = threading.Lock()
        self._released: concurrent.futures.Future[None] = concurrent.futures.Future()

    def arm(self, fault: Fault) -> None:
        """Put a fault in place."""
        with self._guard:
            self._armed.append(_Armed(fault))
            self.active = True

    def clear(self, owner: str | None = None) -> None:
        """Take away the faults of an owner, or all; who was held up by one goes on."""
        with self._guard:
            self._armed = [one for one in self._armed if owner not in {None, one.fault.owner}]
            self.active = bool(self._armed)
            released, self._released = self._released, concurrent.futures.Future()
        released.set_result(None)

    def wsgi(self, exchange: Exchange, application: Callable[..., Any]) -> Callable[..., Any]:
        """Return what answers a request on a thread of cheroot's."""
        treatment = self._treatment(exchange)
        return application if treatment is None else _on_thread(exchange, application, treatment)

    def asgi(self, exchange: Exchange, application: Callable[..., Any]) -> Callable[..., Any]:
        """Return what answers a request on the asyncio server."""
        treatment = self._treatment(exchange)
        return application if treatment is None else _on_loop(exchange, application, treatment)

    def _treatment(self, exchange: Exchange) -> _Treatment | None:
        with self._guard:
            struck = [one for one in self._armed if one.fault.concerns(exchange) and one.strike()]
            if not struck:
                return None
            treatment = _Treatment(released=self._released)
            for one in struck:
                _add(treatment, one)
        exchange.fault = ", ".join(_told(one.fault) for one in struck)
        return treatment


def _add(treatment: _Treatment, armed: _Armed) -> None:
    fault = armed.fault
    if fault.effect == "delay":
        jitter = armed.random.uniform(-fault.jitter, fault.jitter)
        treatment.delay += max(0.0, fault.seconds + jitter)
    elif fault.effect == "fail":
        treatment.status = fault.status
    elif fault.effect == "drop":
        treatment.drop = True
    elif fault.effect == "throttle":
        treatment.rate = fault.rate
    else:
        treatment.ending, treatment.size = fault.effect, fault.size


def _told(fault: Fault) -> str:
    """Say what a fault does, for the report."""
    return {
        "delay": f"delayed by {fault.seconds:g} s",
        "fail": f"failed with {fault.status}",
        "drop": "connection dropped",
        "truncate": "response truncated",
        "stall": "response stalled",
        "throttle": f"limited to {fault.rate / 1024:g} KiB/s",
    }[fault.effect]


def _refusal(status: int) -> tuple[str, bytes]:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Fault"
    return phrase, f"{status} {phrase}: a fault that the test asked for.\n".encode()


def _on_thread(
    exchange: Exchange, application: Callable[..., Any], treatment: _Treatment
) -> Callable[..., Any]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if treatment.delay:
            treatment.pause(treatment.delay)
        if treatment.drop:
            _disconnect()
            raise ExchangeCutError("the test wants the connection dropped")
        if treatment.status:
            phrase, body = _refusal(treatment.status)
            headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
            start_response(f"{treatment.status} {phrase}", headers)
            return [body]
        return _ThreadBody(exchange, application(environ, start_response), treatment)

    return answer


def _disconnect() -> None:
    """Close the connection that this worker thread serves (`cheroot/workers/threadpool.py`)."""
    connection: Any = threading.current_thread().conn  # type: ignore[attr-defined]
    connection.socket.shutdown(socket.SHUT_RDWR)


class _ThreadBody:
    """A WSGI response body that is slow or breaks off."""

    def __init__(self, exchange: Exchange, body: Any, treatment: _Treatment) -> None:
        self._exchange, self._body, self._treatment = exchange, body, treatment
        self._chunks = self._treated()

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """Close the application's."""
        if hasattr(self._body, "close"):
            self._body.close()

    def _treated(self) -> Iterator[bytes]:
        treatment, sent = self._treatment, 0
        for chunk in self._body:
            for piece in treatment.pieces(chunk):
                if treatment.rate:
                    treatment.pause(len(piece) / treatment.rate)
                limit = treatment.limit(self._exchange.response_headers)
                if treatment.ending is None or sent + len(piece) <= limit:
                    sent += len(piece)
                    yield piece
                    continue
                yield piece[: limit - sent]
                if treatment.ending == "truncate":
                    _disconnect()
                    return
                treatment.pause(None)
                treatment.ending = None
                yield piece[limit - sent :]


def _on_loop(
    exchange: Exchange, application: Callable[..., Any], treatment: _Treatment
) -> Callable[..., Any]:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if treatment.delay:
            await treatment.pause_task(treatment.delay)
        if treatment.drop:
            _abort()
        if treatment.status:
            phrase, body = _refusal(treatment.status)
            headers = [(b"Content-Type", b"text/plain"), (b"Content-Length", b"%d" % len(body))]
            start = {"type": "http.response.start", "status": treatment.status}
            await send({**start, "reason": phrase.encode(), "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        await application(scope, receive, _treated_send(exchange, send, treatment))

    return answer


def _abort() -> None:
    """End the request and its connection: so `aio.http1.Cycle` takes a cancelled one."""
    raise asyncio.CancelledError


def _treated_send(exchange: Exchange, send: Any, treatment: _Treatment) -> Any:
    sent = 0

    async def part(body: bytes, *, more: bool) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": more})

    async def treated(message: Any) -> None:
        nonlocal sent
        if message["type"] != "http.response.body":
            await send(message)
            return
        for piece in treatment.pieces(message.get("body", b"")):
            if treatment.rate:
                await treatment.pause_task(len(piece) / treatment.rate)
            limit = treatment.limit(exchange.response_headers)
            if treatment.ending is None or sent + len(piece) <= limit:
                sent += len(piece)
                await part(piece, more=True)
                continue
            await part(piece[: limit - sent], more=True)
            if treatment.ending == "truncate":
                _abort()
            await treatment.pause_task(None)
            treatment.ending = None
            await part(piece[limit - sent :], more=True)
        if not message.get("more_body", False):
            await part(b"", more=False)

    return treated
