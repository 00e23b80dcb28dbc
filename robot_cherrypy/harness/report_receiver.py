"""Receives what servers elsewhere report: OTLP over HTTP, in JSON or protobuf, with a token."""

import contextlib
import hmac
import json
import secrets
import socket
import socketserver
import threading
import time
import zlib
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from typing import Any

from robot_cherrypy.errors import ServerError
from robot_cherrypy.traffic import otlp
from robot_cherrypy.traffic.exporter import TOKEN_VARIABLE, URL_VARIABLE

# How large a document may be, in bytes: a record of ours has at most 70 kB of bodies, and
# OpenTelemetry's exporters send up to 512 spans at once.
_LARGEST = 16_000_000

# How long nobody has to have reported until what was reported is taken for whole, in seconds. On
# its way a report is for some milliseconds.
_QUIET = 0.03

# How long a sender may be silent within a document or between two, in seconds.
_SENDER_TIMEOUT = 30.0

# How long the thread of a connection may take to end, in seconds. It is parsing at most.
_END = 5.0

# OpenTelemetry's exporters speak protobuf, and many nothing else.
_HAS_PROTOBUF = find_spec("opentelemetry") is not None and find_spec("opentelemetry.proto")

# How long they collect spans and log records, in milliseconds: by default seconds, in which a test
# has long ended.
_DELAY = "100"

_NO_PROTOBUF = (
    "OTLP in protobuf is read only where the test has opentelemetry-proto:"
    " pip install 'robotframework-cherrypy[containers]'. JSON is always read:"
    " OTEL_EXPORTER_OTLP_PROTOCOL=http/json"
)


class ReportReceiver:
    """An HTTP server of this process that adds what it gets to the journal."""

    def __init__(self, host: str, port: int) -> None:
        """Start it.

        Args:
            host: Address to bind.
            port: Port to bind, 0 for a free one.

        Raises:
            ServerError: The address cannot be bound.
        """
        self.token = secrets.token_hex(16)
        self._last = 0.0
        self._reader = otlp.Reader()
        try:
            self._server = _HttpServer((host, port), self._handler())
        except OSError as error:
            raise ServerError(
                f"Reports cannot be received at {host}:{port}: {error.strerror}."
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="report receiver", daemon=True
        )
        self._thread.start()

    def environment(self, host: str) -> dict[str, str]:
        """Return the variables that have a server report to this.

        Those of OpenTelemetry are for services that are none of ours.

        Args:
            host: Name or address by which the server reaches this machine.
        """
        url = f"http://{host}:{self._server.server_address[1]}"
        return {
            URL_VARIABLE: url,
            TOKEN_VARIABLE: self.token,
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{self.token}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf" if _HAS_PROTOBUF else "http/json",
            "OTEL_BSP_SCHEDULE_DELAY": _DELAY,
            "OTEL_BLRP_SCHEDULE_DELAY": _DELAY,
        }

    def wait_until_quiet(self, timeout: float) -> None:
        """Wait until nothing has come for a moment, for at most `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while (now := time.monotonic()) < deadline and now - self._last < _QUIET:
            time.sleep(min(_QUIET - (now - self._last), deadline - now))

    def stop(self) -> None:
        """Stop it, and close the connections of senders that keep them open."""
        self._server.shutdown()
        self._server.server_close()
        self._server.close_connections()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = _SENDER_TIMEOUT

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if not (length.isascii() and length.isdigit()):
                    self._refuse_unread(411, "A report has a Content-Length.")
                elif len(length) > len(str(_LARGEST)) or int(length) > _LARGEST:
                    self._refuse_unread(413, f"A report has at most {_LARGEST:,} bytes.")
                else:
                    body = self.rfile.read(int(length))
                    if len(body) == int(length):
                        self._respond(*receiver.receive(self.path, dict(self.headers), body))

            def _refuse_unread(self, status: int, message: str) -> None:
                self.close_connection = True
                self._respond(status, json.dumps({"message": message}))

            def _respond(self, status: int, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                if self.close_connection:
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Log nothing: the test sees what came."""

        return Handler

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        """Add a document to the journal; return status and text of the response.

        Args:
            path: The path of the request, which says what the document is.
            headers: Headers of the request, with names in any case.
            body: The document as it was sent.
        """
        by_lower_case = {name.lower(): value for name, value in headers.items()}
        given = by_lower_case.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            return _refused(401, "The token is wrong.")
        if path not in {otlp.TRACES, otlp.LOGS}:
            return (200, "{}") if path == "/v1/metrics" else _refused(404, "No such path.")
        try:
            document = _decompressed(body, by_lower_case.get("content-encoding", "identity"))
            self._reader.read(_parsed(path, document, by_lower_case.get("content-type", "")))
        except _RefusedError as error:
            return _refused(error.status, str(error))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            return _refused(400, f"This is no OTLP: {error!r}")
        except (RecursionError, OverflowError):
            return _refused(400, "This is no OTLP: it is nested too deep, or a number too large.")
        self._last = time.monotonic()
        return 200, "{}"


class _HttpServer(socketserver.ThreadingMixIn, HTTPServer):
    """A thread for each connection, which all end when the server does."""

    # Many servers may report at once.
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        self._connections: dict[Any, threading.Thread] = {}
        super().__init__(*arguments)

    def server_bind(self) -> None:
        """Bind, without the base class' look-up of this machine's name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection on a thread of its own."""
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="report connection",
            daemon=True,
        )
        self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection that has ended."""
        super().shutdown_request(request)
        self._connections.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing of a sender that has gone away."""

    def close_connections(self) -> None:
        """End all connections, and wait until their threads have ended."""
        for connection, thread in list(self._connections.items()):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(_END)


class _RefusedError(Exception):
    """A document that is not read, with the status of the response."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _refused(status: int, message: str) -> tuple[int, str]:
    return status, json.dumps({"message": message})


def _decompressed(body: bytes, encoding: str) -> bytes:
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise _RefusedError(415, f"Content-Encoding is gzip or none, and not {encoding[:100]!r}.")
    decompressor = zlib.decompressobj(wbits=31)  # 16 for gzip, and 15 for its largest window
    try:
        document = decompressor.decompress(body, _LARGEST + 1)
    except zlib.error as error:
        raise _RefusedError(400, f"This is no gzip: {error}") from error
    if len(document) > _LARGEST:
        raise _RefusedError(413, f"A report has at most {_LARGEST:,} bytes.")
    if not decompressor.eof:
        raise _RefusedError(400, "This is no gzip: its end is missing.")
    return document


def _parsed(path: str, document: bytes, content_type: str) -> Any:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return json.loads(document)
    if kind != "application/x-protobuf":
        raise _RefusedError(
            415, f"A report is application/json or application/x-protobuf, and not {kind[:100]!r}."
        )
    if not _HAS_PROTOBUF:
        raise _RefusedError(415, _NO_PROTOBUF)
    from robot_cherrypy.traffic import otlp_protobuf  # noqa: PLC0415 - an extra

    return otlp_protobuf.parsed(path, document)
