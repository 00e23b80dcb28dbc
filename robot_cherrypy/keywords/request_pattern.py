"""What a request has to look like for `Server Should Have Received`."""

import difflib
import fnmatch
import json
from collections.abc import Mapping
from typing import Any

from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.evidence.named_secrets import MASK
from robot_cherrypy.evidence.secret_names import is_secret_name
from robot_cherrypy.traffic.exchange import Exchange

# How many requests the error lists: few enough to compare by eye.
_NEAR_MISSES = 5


class RequestPattern:
    """Method, path and further properties of a request, and how requests differ from them.

    Args:
        method: The HTTP method.
        path: Pattern of the path with `*` and `?`.
        parameters: Those that the query or the form must have; it may have others.
        body: What the body must be, as JSON text or as a dictionary or list; None for anything.
        headers: Those that the request must have; it may have others.
    """

    def __init__(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, Any],
        body: Any,
        headers: Mapping[str, str],
    ) -> None:
        self._method, self._path = method, path
        self._parameters = {name: str(value) for name, value in parameters.items()}
        self._json = json.loads(body) if isinstance(body, str) else body
        self._headers = {name.title(): str(value) for name, value in headers.items()}

    def __str__(self) -> str:
        details = [
            f"{name} {value}"
            for name, value in (
                ("parameters", self._parameters),
                ("JSON", json.dumps(self._json) if self._json is not None else None),
                ("headers", self._headers),
            )
            if value
        ]
        with_details = f" with {' and '.join(details)}" if details else ""
        return f"{self._method} {self._path}{with_details}"

    def matches(self, exchange: Exchange) -> bool:
        """Whether a request has all these properties."""
        return not self._differences(exchange)

    def describe_near_misses(self, received: list[Exchange]) -> str:
        """Return a text that lists the requests that are most alike, each with its differences."""
        if not received:
            return " There was no request at all."
        nearest = sorted(received, key=self._likeness, reverse=True)[:_NEAR_MISSES]
        lines = [
            f"\n- {exchange.method} {exchange.url}{self._why_not(exchange)}" for exchange in nearest
        ]
        return f" Requests that come near, of {len(received)}:{''.join(lines)}"

    def _differences(self, exchange: Exchange) -> list[str]:
        differences = []
        if exchange.method != self._method:
            differences.append(f"method {exchange.method}")
        if not fnmatch.fnmatchcase(exchange.path, self._path):
            differences.append(f"path {exchange.path}")
        for kind, expected, actual in (
            ("parameter", self._parameters, exchange.parameters if self._parameters else {}),
            ("header", self._headers, exchange.request_headers if self._headers else {}),
        ):
            differences += [
                f"{kind} {name} is {_shown(name, actual.get(name))}"
                for name, value in expected.items()
                if actual.get(name) != value
            ]
        if self._json is not None and exchange.json != self._json:
            differences.append(
                f"body is {SECRETS.masker().text(exchange.body)[:200] or 'empty, or was not read'}"
            )
        return differences

    def _why_not(self, exchange: Exchange) -> str:
        differences = ", ".join(self._differences(exchange))
        return f" ({differences})" if differences else ""

    def _likeness(self, exchange: Exchange) -> float:
        """Return how alike a request is: one more difference counts more than any path."""
        alike = difflib.SequenceMatcher(None, exchange.path, self._path).ratio()
        return alike - len(self._differences(exchange))


def _shown(name: str, value: Any) -> str:
    """Return what a parameter or header is, but not if it is a secret."""
    is_secret = value is not None and is_secret_name(name, of_parameter=True)
    return repr(MASK if is_secret else value)
