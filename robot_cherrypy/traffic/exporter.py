"""Sends the records of a server to a test on another machine or outside of its container.

It is off unless the environment says where to: `ROBOT_CHERRYPY_REPORT_URL` with the address of the
test, and `ROBOT_CHERRYPY_REPORT_TOKEN` with its token. Nothing listens here.
"""

import contextlib
import http.client
import json
import os
import queue
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

from robot_cherrypy.traffic.exchange import Record, RecordedError
from robot_cherrypy.traffic.journal import JOURNAL
from robot_cherrypy.traffic.otlp import as_otlp

URL_VARIABLE = "ROBOT_CHERRYPY_REPORT_URL"
TOKEN_VARIABLE = "ROBOT_CHERRYPY_REPORT_TOKEN"  # noqa: S105 - a name

# OpenTelemetry's variable for the name of a service; a container's host name without it.
_NAME_VARIABLE = "OTEL_SERVICE_NAME"

# How long the test may take to receive a record, in seconds. It takes some milliseconds.
_TIMEOUT = 5.0

# How long a response with an error waits until the test knows of the error, in seconds: a test that
# has its response then fails for it. A test that has ended must not stop the server.
_ERROR_TIMEOUT = 1.0

# How long nothing is sent after a failure, in seconds: a test that has ended must delay nothing.
_PAUSE = 5.0

# How much of a refusal is printed, in bytes.
_MOST_READ = 1000

# Not through a proxy, which containers may be told of for the way out: the test is near.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))

# How many records wait to be sent; more are dropped.
_MOST_WAITING = 10_000


@contextlib.contextmanager
def reports() -> Iterator[bool]:
    """Send what the journal gets, if the environment says where to; yield whether it does."""
    url, token = os.environ.get(URL_VARIABLE), os.environ.get(TOKEN_VARIABLE)
    if not (url and token):
        yield False
        return
    exporter = _Exporter(url, token, os.environ.get(_NAME_VARIABLE) or socket.gethostname())
    JOURNAL.report = exporter.report
    try:
        yield True
    finally:
        JOURNAL.report = None
        exporter.close()


class _Exporter:
    """Sends records on a thread of its own.

    Args:
        url: Address of the test.
        token: The test's token.
        service: Name of this server for the test.
    """

    def __init__(self, url: str, token: str, service: str) -> None:
        self._url, self._token, self._service = url.rstrip("/"), token, service
        self._waiting: queue.Queue[tuple[Record, threading.Event] | None] = queue.Queue(
            _MOST_WAITING
        )
        self._silent_until = 0.0
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._thread.start()

    def report(self, record: Record) -> None:
        """Send a record; return when the test has it if it is an error."""
        sent = threading.Event()
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait((record, sent))
            if isinstance(record, RecordedError) and time.monotonic() >= self._silent_until:
                sent.wait(_ERROR_TIMEOUT)

    def close(self) -> None:
        """Send what is waiting, and end."""
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
        self._thread.join(_TIMEOUT)

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            record, sent = item
            if time.monotonic() >= self._silent_until:
                self._send(record)
            sent.set()

    def _send(self, record: Record) -> None:
        path, document = as_otlp(record, self._service)
        request = urllib.request.Request(  # noqa: S310 - the address that the environment gives
            f"{self._url}{path}",
            json.dumps(document).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        try:
            _OPENER.open(request, timeout=_TIMEOUT).close()
        except urllib.error.HTTPError as error:
            with error, contextlib.suppress(OSError, http.client.HTTPException):
                error.msg += f": {error.read(_MOST_READ).decode(errors='replace')}"
            self._print(str(error))
            if error.code == http.HTTPStatus.UNAUTHORIZED:  # else only this record is refused
                self._silent_until = time.monotonic() + _PAUSE
        except (OSError, ValueError, http.client.HTTPException) as error:
            self._silent_until = time.monotonic() + _PAUSE
            self._print(str(error))

    def _print(self, reason: str) -> None:
        print(f"No report reaches the test at {self._url}: {reason}", file=sys.stderr)  # noqa: T201
