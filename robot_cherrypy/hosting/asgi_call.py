"""One request on a threaded server, to which an ASGI application responds on an event loop.

The server's thread reads the request's body and writes the response. The application's `receive`
and `send` run on the event loop; each puts a step into a queue and waits until the server's thread
has done it. So the application is never ahead of the client, and nothing has to be buffered. While
there is nothing to do, the event loop watches the client's socket for the server's thread.
"""

import asyncio
import contextlib
import errno
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import cherrypy
from cheroot.errors import MaxSizeExceeded

from robot_cherrypy.asgi import AsgiCallable, ClientDisconnectedError, Message
from robot_cherrypy.hosting.cheroot_client import CherootClient
from robot_cherrypy.hosting.loop_thread import LoopThread
from robot_cherrypy.hosting.response_messages import ResponseMessages
from robot_cherrypy.hosting.scope import scope_of

# How long an application may take to raise after it has responded with an error, in seconds.
# Frameworks raise at once, but a background task may go on for long and must not hold the thread.
_PATIENCE = 1.0

# How long the server's thread waits for a step before it waits again, in seconds. What interrupts a
# thread, as a server does that stops, is raised only between two waits.
_WAIT = 0.1

# How long a client that has closed its half of the connection still gets its response, in seconds:
# as long as from the asyncio server. One that has left looks the same.
_HALF_CLOSED = 0.5

_TOO_LARGE = b"The entity sent with the request exceeds the maximum allowed bytes."

_NEVER = float("inf")

# What the server's thread has to do, with what, and the future that gets the result.
_Step = tuple[str, Any, "asyncio.Future[Any] | None"]


class _TooLargeError(ClientDisconnectedError):
    """The request's body is larger than CherryPy's server allows."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "The request's body is too large.")


class AsgiCall:
    """A request and its response, whose body is read by iterating over the call.

    Args:
        application: The application.
        environ: The WSGI environ of the request (PEP 3333).
        thread: The application's event loop.
        abandon: Called with the application's task when its client has left.
    """

    def __init__(
        self,
        application: AsgiCallable,
        environ: dict[str, Any],
        thread: LoopThread,
        abandon: Callable[[asyncio.Task[None]], None],
    ) -> None:
        self._application = application
        self._abandon_task = abandon
        self._environ = environ
        self._thread = thread
        self._steps: queue.SimpleQueue[_Step] = queue.SimpleQueue()
        # Of the server's thread.
        self._client = CherootClient(environ)
        self._descriptor = self._client.fileno()
        self._first_chunk: bytes | None = None
        self._is_complete = False  # the last piece of the response is written
        self._is_watched = False
        self._body_is_delivered = False  # to the event loop
        self._awaits_body = False  # the application waits for a piece that has not arrived
        self._deadline = _NEVER  # when the client counts as one that has left
        # Of the event loop.
        self._response = ResponseMessages(environ["REQUEST_METHOD"])
        self._pieces: deque[tuple[bytes, bool]] = deque()
        self._arrival = asyncio.Event()
        self._is_reading = False  # the server's thread was asked for a piece of the body
        self._body_is_read = False  # the application has received the whole request
        self._is_closed = asyncio.Event()  # the server's thread does no more steps
        self._pending: set[asyncio.Future[Any]] = set()
        self._task: asyncio.Task[None] | None = None
        self._has_reader = False
        # Set by the event loop for the server's thread.
        self._is_disconnected = threading.Event()
        self._has_ended = threading.Event()  # the application has returned or raised

    # -- on the server's thread

    def respond(self, start_response: Callable[..., Any]) -> "AsgiCall":
        """Run the application until it has sent the first piece of its response.

        Returns:
            The call itself, which is the body for the WSGI server.

        Raises:
            ClientDisconnectedError: The client has left.
            Exception: What the application raised before it sent anything.
        """
        self._thread.spawn(self._run())
        with self._closing_on_error():
            try:
                self._first_chunk = self._next_chunk()
                if not self._is_complete:
                    self._read_ahead()
            except _TooLargeError:
                self._refuse_body(start_response)
                return self
            write = start_response(self._response.status, self._response.headers)
            if not self._first_chunk and not self._is_complete:
                write(b"")  # sends the head, which clients of event streams wait for
        return self

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk, self._first_chunk = self._first_chunk, None
        if chunk is None:
            with self._closing_on_error():
                chunk = self._next_chunk()
        if chunk is None:
            raise StopIteration
        return chunk

    def close(self) -> None:
        """End the call, whether the response is complete or the client has left.

        Raises:
            ClientDisconnectedError: The rest of the request cannot be read.
        """
        self._thread.loop.call_soon_threadsafe(self._disconnect)
        if self._is_watched:
            # The descriptor may soon be that of another socket.
            self._is_disconnected.wait(_PATIENCE)
        if self._response.status >= "500":
            # Frameworks respond first and raise then. The error has to be known when the request
            # ends, so that a recorder can tell which request it belongs to.
            self._has_ended.wait(_PATIENCE)
        if self._response.is_complete:
            self._client.skip_body()
        else:
            self._thread.loop.call_soon_threadsafe(self._abandon)

    @contextlib.contextmanager
    def _closing_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self._thread.loop.call_soon_threadsafe(self._disconnect)
            # An error that is no `Exception` interrupts this thread, as a server does that stops.
            end = self._abandon if isinstance(error, Exception) else self._cancel
            self._thread.loop.call_soon_threadsafe(end)
            raise

    def _next_chunk(self) -> bytes | None:
        """Do the application's steps up to the next piece of the body; return None at its end."""
        while not self._is_complete:
            chunk = self._do(*self._next_step())
            if chunk is not None:
                return chunk
        return None

    def _do(self, step: str, value: Any, future: "asyncio.Future[Any] | None") -> bytes | None:
        """Do one step; return a piece of the body if it is one."""
        if step == "end":
            self._is_complete = True
            raise value
        if step == "send":
            chunk, self._is_complete = value
            self._thread.loop.call_soon_threadsafe(_resolve, future)
            return chunk  # type: ignore[no-any-return]
        if step == "readable":
            self._is_watched = False
        if step == "receive":
            self._awaits_body = True
            self._deadline = time.monotonic() + (self._client.timeout() or _NEVER)
        if self._awaits_body:
            if self._client.has_sent() or step == "readable":
                self._read()
            else:
                self._watch()
        elif self._client.has_left():
            self._deadline = time.monotonic() + _HALF_CLOSED
        else:
            self._watch()
        return None

    def _next_step(self) -> _Step:
        while True:
            with contextlib.suppress(queue.Empty):
                return self._steps.get(timeout=_WAIT)
            if time.monotonic() > self._deadline:
                if self._awaits_body:
                    raise ClientDisconnectedError("timed out")  # cheroot sends a 408
                raise ClientDisconnectedError(errno.ECONNRESET, "The client has left.")
            if self._deadline is _NEVER:
                self._watch()

    def _watch(self) -> None:
        """Let the event loop tell when the client sends something or leaves."""
        if self._descriptor >= 0 and not self._is_watched and self._client.can_be_watched():
            self._is_watched = True
            self._thread.loop.call_soon_threadsafe(self._add_reader)

    def _read(self) -> None:
        try:
            piece, more = self._client.read_body()
        except MaxSizeExceeded as error:
            raise _TooLargeError from error
        except OSError as error:
            if str(error) == "Request Entity Too Large":  # `cheroot.server.ChunkedRFile._fetch`
                raise _TooLargeError from error
            raise
        self._awaits_body, self._deadline = False, _NEVER
        self._body_is_delivered = not more
        self._thread.loop.call_soon_threadsafe(self._deliver, piece, more)

    def _read_ahead(self) -> None:
        """Read the rest of the body if it has a length.

        cheroot reads it before it sends the head of the response, and forgets it.
        """
        while self._client.has_length and not self._body_is_delivered:
            self._read()

    def _refuse_body(self, start_response: Callable[..., Any]) -> None:
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(_TOO_LARGE)))]
        start_response("413 Request Entity Too Large", headers)
        self._first_chunk, self._is_complete = _TOO_LARGE, True

    # -- on the event loop

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        error: BaseException = RuntimeError("The ASGI application did not complete its response.")
        scope = scope_of(self._environ, self._client.local_address())
        try:
            await self._application(scope, self._receive, self._send)
        except asyncio.CancelledError as cancelled:
            error = cancelled
        except BaseException as raised:  # noqa: BLE001 - raised on the server's thread
            error = raised
            if self._is_over:
                cherrypy.log("After the response:", severity=40, traceback=True)
        finally:
            self._has_ended.set()
        if not self._is_over:
            self._steps.put(("end", error, None))

    @property
    def _is_over(self) -> bool:
        return self._response.is_complete or self._is_closed.is_set()

    async def _receive(self) -> Message:
        while not self._is_closed.is_set():
            if self._pieces:
                piece, more = self._pieces.popleft()
                self._body_is_read = not more
                return {"type": "http.request", "body": piece, "more_body": more}
            if self._body_is_read:
                await self._is_closed.wait()
            else:
                await self._arrival_of_piece()
        return {"type": "http.disconnect"}

    async def _arrival_of_piece(self) -> None:
        """Wait for a piece of the body, which stays where it is if nobody waits any more."""
        if not self._is_reading:
            self._is_reading = True
            self._arrival.clear()
            self._steps.put(("receive", None, None))
        await self._arrival.wait()

    def _deliver(self, piece: bytes, more: bool) -> None:
        self._is_reading = False
        self._pieces.append((piece, more))
        self._arrival.set()

    async def _send(self, message: Message) -> None:
        if self._is_closed.is_set():
            # A loop that sends without a pause would otherwise block the event loop.
            await asyncio.sleep(0)
            return
        chunk = self._response.add(message)
        if chunk is None:
            return
        future = asyncio.get_running_loop().create_future()
        self._pending.add(future)
        self._steps.put(("send", (chunk, self._response.is_complete), future))
        try:
            await future
        finally:
            self._pending.discard(future)

    def _add_reader(self) -> None:
        if not self._is_closed.is_set():
            self._has_reader = True
            self._thread.loop.add_reader(self._descriptor, self._on_readable)

    def _remove_reader(self) -> None:
        if self._has_reader:
            self._has_reader = False
            self._thread.loop.remove_reader(self._descriptor)

    def _on_readable(self) -> None:
        self._remove_reader()
        self._steps.put(("readable", None, None))

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _abandon(self) -> None:
        if self._task is not None:
            self._abandon_task(self._task)

    def _disconnect(self) -> None:
        self._remove_reader()
        self._is_disconnected.set()
        self._is_closed.set()
        self._arrival.set()
        for future in self._pending:
            _resolve(future)


def _resolve(future: "asyncio.Future[Any] | None") -> None:
    assert future is not None
    if not future.done():  # it may have been cancelled meanwhile
        future.set_result(None)
