"""Errors in the API's responses (RFC 9457, "Problem Details for HTTP APIs")."""

import json
from http import HTTPStatus
from typing import Any

import cherrypy


class Problem(cherrypy.HTTPError):
    """An error whose response is a problem details object.

    Args:
        status: The status of HTTP.
        message: The explanation for people.
        retry_after: After how many seconds the client may repeat the request.
        details: Further members of the object.
    """

    def __init__(
        self, status: int, message: str, *, retry_after: int | None = None, **details: Any
    ) -> None:
        super().__init__(status, message)
        self.retry_after = retry_after
        self.details = details

    def set_response(self) -> None:
        """Make this the response (called by CherryPy)."""
        super().set_response()
        if self.retry_after is not None:
            cherrypy.serving.response.headers["Retry-After"] = str(self.retry_after)
        _respond(_document(self.code, self._message, **self.details))


def error_page(status: str, message: str, **_: Any) -> str:
    """Return the page for CherryPy's own errors (configuration entry `error_page.default`)."""
    cherrypy.serving.response.headers["Content-Type"] = "application/problem+json"
    return json.dumps(_document(int(status.split(maxsplit=1)[0]), message))


def _document(status: int, detail: str, **more: Any) -> dict[str, Any]:
    """Return a problem details object."""
    return {"status": status, "title": HTTPStatus(status).phrase, "detail": detail, **more}


def _respond(content: dict[str, Any]) -> None:
    response = cherrypy.serving.response
    response.headers["Content-Type"] = "application/problem+json"
    response.headers.pop("Content-Length", None)
    response.body = json.dumps(content).encode()
