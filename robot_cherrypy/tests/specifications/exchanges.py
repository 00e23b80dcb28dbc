"""Requests over raw sockets, and what came back."""

import socket
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead

TIMEOUT = 60


@dataclass
class Response:
    """One response, and whether the connection was closed after it."""

    status: int
    reason: str
    headers: list
    body: bytes
    is_closed: bool

    def values(self, name):
        """The values of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name]


def connect(port):
    """Return a connected socket."""
    return socket.create_connection(("127.0.0.1", port), TIMEOUT)


def request_bytes(path, *, method="GET", headers=(), body=b""):
    """Return a request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    if body and not any(line.lower().startswith("transfer-encoding") for line in lines):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def read_response(client, method="GET"):
    """Read one response from a socket; a connection that ends without one has the status 0."""
    response = HTTPResponse(client, method=method)
    try:
        response.begin()
    except (OSError, ValueError, HTTPException) as error:
        return Response(0, repr(error), [], b"", is_closed=True)
    try:
        body = response.read()
    except IncompleteRead as error:
        return Response(
            response.status, repr(error), response.getheaders(), error.partial, is_closed=True
        )
    headers = response.getheaders()
    return Response(response.status, response.reason, headers, body, response.will_close)


def is_closed(client):
    """Whether the server has closed the connection, or does so now."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def exchange(port, path, **options):
    """Send a request on a connection of its own and return the response to it."""
    with connect(port) as client:
        client.sendall(request_bytes(path, **options))
        return read_response(client, options.get("method", "GET"))
