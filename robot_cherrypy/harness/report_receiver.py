"""Receives what servers elsewhere report: OTLP over HTTP, in JSON, with a token."""

import hmac
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
        try:
            self._server = ThreadingHTTPServer((host, port), self._handler())
        except OSError as error:
            raise ServerError(
                f"Reports cannot be received at {host}:{port}: {error.strerror}."
            ) from error
        self._server.daemon_threads = True
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
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
        }

    def wait_until_quiet(self, timeout: float) -> None:
        """Wait until nothing has come for a moment, for at most `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while (now := time.monotonic()) < deadline and now - self._last < _QUIET:
            time.sleep(min(_QUIET - (now - self._last), deadline - now))

    def stop(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver, reader = self, otlp.Reader()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(min(length, _LARGEST))
                status, text = receiver.receive(self.path, dict(self.headers.items()), body, reader)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Log nothing: the test sees what came."""

        return Handler

    def receive(
        self, path: str, headers: dict[str, str], body: bytes, reader: otlp.Reader
    ) -> tuple[int, str]:
        """Add a document to the journal; return status and text of the response."""
        by_lower_case = {name.lower(): value for name, value in headers.items()}
        given = by_lower_case.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            return 401, '{"message": "The token is wrong."}'
        if path not in {otlp.TRACES, otlp.LOGS}:
            return (200, "{}") if path == "/v1/metrics" else (404, "{}")
        if "json" not in by_lower_case.get("content-type", ""):
            return 415, '{"message": "Only OTLP in JSON is read: OTEL_EXPORTER_OTLP_PROTOCOL"}'
        try:
            reader.read(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return 400, json.dumps({"message": f"This is no OTLP: {error!r}"})
        self._last = time.monotonic()
        return 200, "{}"
