"""Errors as clients of the API get them (RFC 9457, "Problem Details for HTTP APIs")."""

import json
from http import HTTPStatus
from typing import Any

import cherrypy


class Problem(cherrypy.HTTPError):
    """An error that a client is told of.

    Args:
        status: Of HTTP.
        message: For a person.
        retry_after: After how many seconds the client may try again.
        details: Further members of the answer.
    """

    def __init__(
        self, status: int, message: str, *, retry_after: int | None = None, **details: Any
    ) -> None:
        super().__init__(status, message)
        self.retry_after = retry_after
        self.details = details

    def set_response(self) -> None:
        """Make it the answer (called by CherryPy)."""
        super().set_response()
        if self.retry_after is not None:
            cherrypy.serving.response.headers["Retry-After"] = str(self.retry_after)
        _answer(document(self.code, self._message, **self.details))


def error_page(status: str, message: str, **_: Any) -> str:
    """Word CherryPy's own errors likewise (entry `error_page.default`)."""
    cherrypy.serving.response.headers["Content-Type"] = "application/problem+json"
    return json.dumps(document(int(status.split(maxsplit=1)[0]), message))


def document(status: int, detail: str, **more: Any) -> dict[str, Any]:
    """Return what is sent."""
    return {"status": status, "title": HTTPStatus(status).phrase, "detail": detail, **more}


def _answer(content: dict[str, Any]) -> None:
    response = cherrypy.serving.response
    response.headers["Content-Type"] = "application/problem+json"
    response.headers.pop("Content-Length", None)
    response.body = json.dumps(content).encode()
