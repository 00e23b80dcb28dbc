"""Django's log messages and requests, written to CherryPy's logs."""

import logging
import uuid
from collections.abc import Mapping
from types import SimpleNamespace

import cherrypy
from cherrypy.lib import httputil


class ErrorLog(logging.Handler):
    """Passes what Django logs on to CherryPy's error log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, with its traceback, to CherryPy's error log."""
        cherrypy.log(self.format(record), "DJANGO", record.levelno)


def log_access(
    *,
    client: str,
    request_line: str,
    headers: Mapping[str, str],
    status: int,
    length: int,
) -> None:
    """Write a line to CherryPy's access log, in the format that is configured there.

    Args:
        client: The client's address.
        request_line: Such as `GET / HTTP/1.1`.
        headers: Request headers, of which Referer, User-Agent and Host are logged.
        status: The status code of the response.
        length: Length of the response's body in bytes.
    """
    # The attributes that `LogManager.access` reads (`cherrypy/_cplogging.py`).
    request = SimpleNamespace(
        remote=httputil.Host(client, 0, client),
        login=None,
        request_line=request_line,
        headers=headers,
        unique_id=uuid.uuid4(),
    )
    response = SimpleNamespace(
        output_status=str(status).encode(), headers={"Content-Length": str(length)}
    )
    cherrypy.serving.load(request, response)
    try:
        cherrypy.log.access()
    finally:
        cherrypy.serving.clear()
