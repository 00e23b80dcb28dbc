"""WSGI callables on the tree, and CherryPy applications with WSGI middleware of their own."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from robot_cherrypy.aio.environ import Incoming, make_environ
from robot_cherrypy.aio.reply import RawHeaders, Reply
from robot_cherrypy.aio.workers import offload, offload_step


class WsgiExchange:
    """A request to a WSGI callable, which may block, and so runs on worker threads step by step."""

    def __init__(self, application: Any, incoming: Incoming, reply: Reply) -> None:
        self._application = application
        self._environ = make_environ(
            incoming.scope, incoming.script_name, incoming.path, incoming.query
        )
        self._environ["wsgi.input"] = incoming.rfile
        self._reply = reply
        self._status = b""
        self._headers: RawHeaders = []
        self._written: list[bytes] = []

    def run(self) -> None:
        """Call the application and send what it returns."""
        result = offload(self._application, self._environ, self._start_response)
        try:
            chunks = self._chunks(result)
            # PEP 3333: the application may call start_response as late as when its first chunk is
            # asked for.
            first = next(chunks, None)
            if first is None:
                self._reply.whole(self._status, self._headers, b"")
            else:
                self._reply.stream(self._status, self._headers, _preceded(first, chunks))
        finally:
            if hasattr(result, "close"):
                offload(result.close)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        if exc_info and self._reply.started:
            raise exc_info[1].with_traceback(exc_info[2])
        self._status = status.encode("latin-1")
        self._headers = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        return self._written.append

    def _chunks(self, result: Iterable[bytes]) -> Iterator[bytes]:
        """Yield what the application wrote and yielded, in order."""
        iterator = iter(result)
        while True:
            chunk = offload_step(next, iterator, None)
            if self._written:
                written = b"".join(self._written)
                self._written.clear()
                yield written
            if chunk is None:
                return
            yield chunk


def _preceded(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
