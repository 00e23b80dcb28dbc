"""Calls of WSGI applications on the tree, and of CherryPy applications with WSGI middleware."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from robot_cherrypy.aio.http.response_head import header_line, status_line
from robot_cherrypy.aio.request.environ import IncomingRequest, make_environ
from robot_cherrypy.aio.request.response_writer import ResponseWriter
from robot_cherrypy.aio.runtime import bridge
from robot_cherrypy.errors import no_bytes

if TYPE_CHECKING:
    from robot_cherrypy.asgi import RawHeaders


class WsgiCall:
    """A request to a WSGI application, which may block: it runs whole on one worker thread."""

    def __init__(self, application: Any, request: IncomingRequest, writer: ResponseWriter) -> None:
        self._application = application
        self._environ = make_environ(
            request.scope, request.script_name, request.path, request.query
        )
        self._environ["wsgi.input"] = request.body
        self._writer = writer
        # What `start_response` was given.
        self._head: tuple[bytes, RawHeaders] | None = None

    def run_on_loop(self) -> bool:
        """Return False: nothing of the call runs on the event loop."""
        return False

    async def read_ahead(self) -> None:
        """Do nothing: the application may respond before it has read the body."""

    def run_on_thread(self) -> bool:
        """Call the application and send what it returns; return True, as that is the end."""
        result = self._application(self._environ, self._start_response)
        try:
            self._send(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        return True

    def _send(self, result: Iterable[bytes]) -> None:
        """Send each piece before the next one is asked for (PEP 3333, "Buffering and Streaming").

        The application may call `start_response` as late as with its first piece.
        """
        if not self._writer.started and isinstance(result, list) and len(result) == 1:
            self._writer.send(*self._started(), _bytes_of(result[0]))
            return
        for chunk in result:
            if chunk:
                self._write(chunk)
            bridge.raise_if_cancelled()
        if self._writer.started:
            self._writer.end()
        else:
            self._writer.send(*self._started(), b"")

    def _write(self, chunk: bytes) -> None:
        """Send a piece of the body, and before the first one the head.

        Raises:
            asyncio.CancelledError: The client has left, or the server stops.
        """
        bridge.raise_if_cancelled()
        chunk = _bytes_of(chunk)
        if not self._writer.started:
            self._writer.start(*self._started())
        self._writer.write(chunk)

    def _started(self) -> "tuple[bytes, RawHeaders]":
        if self._head is None:
            raise RuntimeError("The application has sent its body before it called start_response.")
        return self._head

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        """Keep status and headers until the first piece of the body (PEP 3333)."""
        try:
            if exc_info and self._writer.started:
                raise exc_info[1].with_traceback(exc_info[2])
            if not exc_info and self._head is not None:
                raise RuntimeError("start_response was called twice without exc_info.")
        finally:
            exc_info = None  # it refers to this frame
        raw_status = status.encode("latin-1")
        raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        # Here, and not first with the body, if they cannot be sent.
        status_line(int(raw_status[:3]), raw_status[4:])
        for header in raw_headers:
            header_line(header)
        self._head = raw_status, raw_headers
        return self._write


def _bytes_of(chunk: Any) -> bytes:
    if not isinstance(chunk, bytes):
        raise TypeError(no_bytes(chunk))
    return chunk
