"""One request of a threaded server, answered by an ASGI application on an event loop.

The server's thread reads the request's body and writes the response; what the application receives
and sends crosses to it one message at a time, so that neither side runs ahead of the other.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import cherrypy

from robot_cherrypy.asgi import VERSION, AsgiCallable, Message, Scope
from robot_cherrypy.hosting.loop import LoopThread

_CHUNK = 65536
_PATIENCE = 1.0  # seconds that an application may take to fail after it has answered so
_PHRASES = {status.value: status.phrase for status in HTTPStatus}

Step = tuple[str, Any, "asyncio.Future[Any] | None"]


class Exchange:
    """A request and the response to it."""

    def __init__(
        self, application: AsgiCallable, environ: dict[str, Any], thread: LoopThread
    ) -> None:
        self._application = application
        self._environ = environ
        self._thread = thread
        self._steps: queue.SimpleQueue[Step] = queue.SimpleQueue()
        self._start: Message | None = None
        self._is_head = environ["REQUEST_METHOD"] == "HEAD"
        self._asked_for_all = self._complete = False
        self._closed = asyncio.Event()
        self._ended = threading.Event()
        self._waiting: set[asyncio.Future[Any]] = set()

    # -- on the server's thread

    def respond(self, start_response: Callable[..., Any]) -> "Response":
        """Let the application begin to answer; return the body, which it makes as it is read.

        Raises:
            Exception: What the application raised before it answered.
        """
        self._thread.spawn(self._run())
        first = self.next_chunk()
        assert self._start is not None
        status, headers = self._start["status"], self._start.get("headers", ())
        start_response(
            f"{status} {_PHRASES.get(status, 'Unknown')}",
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers],
        )
        return Response(self, first)

    def next_chunk(self) -> bytes | None:
        """Return the next piece of the body, None at its end, and read what is asked for."""
        while not self._complete:
            step, value, done = self._steps.get()
            if step == "receive":
                self._answer(done, self._read())
            elif step == "end":
                self._complete = True
                raise value
            elif value["type"] == "http.response.start":
                self._start = value
                self._answer(done, None)
            elif self._start is None:
                self._answer(done, RuntimeError("The body was sent before the start."))
            elif value["type"] == "http.response.body":
                self._complete = not value.get("more_body", False)
                self._answer(done, None)
                return b"" if self._is_head else bytes(value.get("body", b""))
        return None

    def close(self) -> None:
        """End the exchange: what is not answered now is not answered any more."""
        self._thread.loop.call_soon_threadsafe(self._disconnect)
        if self._start is not None and self._start["status"] >= 500:
            # Frameworks answer first and raise then; who asks for errors wants to know at once.
            self._ended.wait(_PATIENCE)

    def _read(self) -> Message | Exception:
        stream = self._environ["wsgi.input"]
        try:
            body = stream.read(_CHUNK)
        except Exception as error:  # noqa: BLE001 - the application's to handle
            return error
        return {"type": "http.request", "body": body, "more_body": bool(body)}

    def _answer(self, waiting: "asyncio.Future[Any] | None", value: Any) -> None:
        self._thread.loop.call_soon_threadsafe(_settle, waiting, value)

    # -- on the event loop

    async def _run(self) -> None:
        error: BaseException = RuntimeError("The ASGI application did not complete its response.")
        try:
            await self._application(scope_of(self._environ), self._receive, self._send)
        except asyncio.CancelledError as cancelled:
            error = cancelled
        except BaseException as raised:  # noqa: BLE001 - raised on the server's thread
            error = raised
            if self._is_over:
                cherrypy.log("After the response:", severity=40, traceback=True)
        finally:
            self._ended.set()
        if not self._is_over:
            self._steps.put(("end", error, None))

    @property
    def _is_over(self) -> bool:
        return self._complete or self._closed.is_set()

    async def _receive(self) -> Message:
        if not (self._asked_for_all or self._closed.is_set()):
            message: Message | None = await self._ask("receive", None)
            if message is not None:
                self._asked_for_all = not message["more_body"]
                return message
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._closed.is_set():
            await asyncio.sleep(0)  # so that a loop that heeds nothing holds up nobody
        else:
            await self._ask("send", message)

    async def _ask(self, step: str, value: Any) -> Any:
        """Let the server's thread do something; return None if it does nothing any more."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.add(done)
        self._steps.put((step, value, done))
        try:
            return await done
        finally:
            self._waiting.discard(done)

    def _disconnect(self) -> None:
        self._closed.set()
        for waiting in self._waiting:
            _settle(waiting, None)


class Response:
    """The body of a response, as a WSGI server reads it."""

    def __init__(self, exchange: Exchange, first: bytes | None) -> None:
        self._exchange = exchange
        self._first = first

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk, self._first = self._first, None
        if chunk is None:
            chunk = self._exchange.next_chunk()
        if chunk is None:
            raise StopIteration
        return chunk

    def close(self) -> None:
        """End the exchange, whether it is complete or the client has gone."""
        self._exchange.close()


def _settle(waiting: "asyncio.Future[Any] | None", value: Any) -> None:
    assert waiting is not None
    with contextlib.suppress(asyncio.InvalidStateError):  # it was cancelled meanwhile
        if isinstance(value, Exception):
            waiting.set_exception(value)
        else:
            waiting.set_result(value)


def scope_of(environ: dict[str, Any]) -> Scope:
    """Make an ASGI scope of a WSGI environ (PEP 3333), with what cheroot adds to it."""
    root_path = _text(environ.get("SCRIPT_NAME", ""))
    raw_path = environ.get("REQUEST_URI", "").partition("?")[0]
    client = environ.get("REMOTE_ADDR")
    return {
        "type": "http",
        "asgi": VERSION,
        "http_version": environ.get("SERVER_PROTOCOL", "HTTP/1.1").partition("/")[2],
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "path": root_path + _text(environ.get("PATH_INFO", "")),
        "raw_path": raw_path.encode("latin-1") or None,
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1"),
        "root_path": root_path,
        "headers": list(_request_headers(environ)),
        "server": (environ["SERVER_NAME"], int(environ["SERVER_PORT"] or 0)),
        "client": (client, int(environ.get("REMOTE_PORT") or 0)) if client else None,
    }


def _text(value: str) -> str:
    return value.encode("latin-1").decode("utf-8", "replace")


def _request_headers(environ: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    for key, value in environ.items():
        name = key.removeprefix("HTTP_") if key.startswith("HTTP_") else key
        if name != key or (key in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value):
            yield name.lower().replace("_", "-").encode("latin-1"), value.encode("latin-1")
