"""A client that sends bytes, and reads what comes back as responses."""

import asyncio
import json
import re
import ssl
from dataclasses import dataclass, field
from typing import NamedTuple

from robot_cherrypy.tests.corpus.applications import MARK
from robot_cherrypy.tests.corpus.received_frames import frames_of, websocket_frames_of

# The headers of responses that are compared: the others are dates, versions and the like.
_COMPARED = {
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "content-range",
    "accept-ranges",
    "content-type",
    "location",
    "set-cookie",
    "allow",
    "x-value",
    "sec-websocket-accept",
    "sec-websocket-protocol",
}
_WITHOUT_BODY = frozenset({204, 304})
_DATE = re.compile(rb"Date: [^\r\n]*\r\n")
# Of CherryPy's ranges, which is random.
_BOUNDARY = re.compile(r"={15}\d+==")
_HEAD = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r\n]*\r\n((?:[^\r\n]*\r\n)*?)\r\n")


class HalfClose:
    """In place of a piece: the client closes its half of the connection."""


@dataclass(frozen=True)
class Case:
    """What a client sends.

    Args:
        pieces: Bytes, pauses in seconds, and `HalfClose`.
        heads: The numbers of those responses that answer a HEAD.
        applications: To which applications it is sent.
        tls: How the client speaks TLS, if it does.
        host: The name of the server that a client with TLS asks for.
        is_http2: Whether it speaks HTTP/2.
    """

    pieces: tuple
    heads: tuple = ()
    applications: tuple = ("cherrypy", "wsgi", "asgi")
    tls: ssl.SSLContext | None = None
    host: str = ""
    is_http2: bool = False


class Response(NamedTuple):
    """A response; without headers and body if a server has made it, and not the application."""

    status: int
    headers: tuple = ()
    body: object = None


@dataclass
class Outcome:
    """What a client has received."""

    responses: list = field(default_factory=list)
    # What comes after the last response that is whole: frames, if it is the begin of a WebSocket.
    rest: str = ""
    end: str = ""
    # The version of TLS and the protocol in it.
    tls: str = ""

    @property
    def summary(self):
        """The outcome as text, such as `200 400 closed`."""
        statuses = [str(response.status) for response in self.responses]
        is_websocket = statuses[-1:] == ["101"]
        rest = self.rest if is_websocket else "garbage"
        return " ".join(filter(None, [*statuses, self.rest and rest, self.end]))


async def exchange(port, case, patience):
    """Send a case to a server on loopback, and return the outcome.

    Args:
        port: The server's port.
        case: What to send.
        patience: How long to wait for the next bytes, in seconds, after the last were sent.
    """
    try:
        reader, writer = await _connect(port, case)
    except OSError:  # also one of TLS
        return Outcome(end="refused")
    # Here, and not at the end, when the connection knows no more.
    tls = _tls_of(writer.get_extra_info("ssl_object")) if case.tls else ""
    received = bytearray()
    sending = asyncio.ensure_future(_send(writer, case.pieces))
    try:
        end = await _receive(reader, received, sending, patience)
    finally:
        sending.cancel()
        await asyncio.wait([sending])
        writer.transport.abort() if case.tls else writer.close()  # TLS would wait for a good-bye
        await asyncio.sleep(0)
    if case.is_http2:
        return Outcome(frames_of(received), tls=tls)
    responses, rest = _parse(_DATE.sub(b"", received), case.heads)
    if responses and responses[-1].status == 101:
        rest = websocket_frames_of(rest)
    return Outcome(responses, rest, end, tls)


async def _connect(port, case):
    options = {"ssl": case.tls, "server_hostname": case.host} if case.tls else {}
    return await asyncio.open_connection("127.0.0.1", port, **options)


def _tls_of(connection):
    return f"{connection.version()} {connection.selected_alpn_protocol()}"


async def _send(writer, pieces):
    for piece in pieces:
        try:
            if piece is HalfClose:
                writer.write_eof()
            elif isinstance(piece, bytes):
                writer.write(piece)
                await writer.drain()
            else:
                await asyncio.sleep(piece)
        except OSError:
            return


async def _receive(reader, received, sending, patience):
    """Receive until the server closes the connection or is silent; return how it ended."""
    while True:
        is_sent = sending.done()
        try:
            part = await asyncio.wait_for(reader.read(65536), patience)
        except TimeoutError:
            if is_sent:
                return "open"
        except OSError:  # also one of TLS: the other side has not said good-bye
            return "closed"
        else:
            if not part:
                return "closed"
            received += part


def _parse(data, heads):
    responses, rest = [], data
    while rest:
        head = _HEAD.match(rest)
        if head is None:
            break
        status, headers = int(head[1]), _headers(head[2])
        body, after = _body(status, headers, rest[head.end() :], is_head=len(responses) in heads)
        if body is None:
            break
        responses.append(_response(status, headers, body))
        rest = after
    return responses, rest.decode("latin-1")


def _headers(lines):
    pairs = (line.partition(":") for line in lines.decode("latin-1").splitlines())
    return [(name.strip().lower(), value.strip()) for name, _colon, value in pairs]


def _body(status, headers, rest, *, is_head):
    """Return the body of a response and what comes after it; (None, …) if it is not whole."""
    values = dict(headers)
    if is_head or status < 200 or status in _WITHOUT_BODY:
        return b"", rest
    if "chunked" in values.get("transfer-encoding", ""):
        return _chunks(rest)
    if "content-length" in values:
        length = int(values["content-length"])
        return (rest[:length], rest[length:]) if len(rest) >= length else (None, rest)
    return rest, b""


def _chunks(rest):
    body = b""
    while chunk := re.match(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n", rest):
        size = int(chunk[1], 16)
        body += rest[chunk.end() : chunk.end() + size]
        if len(rest) < chunk.end() + size + 2:
            break
        rest = rest[chunk.end() + size + 2 :]
        if not size:
            return body, rest
    return None, rest


def _response(status, headers, body):
    if status != 101 and dict(headers).get(MARK[0].lower()) != MARK[1]:
        return Response(status)
    compared = [header for header in headers if header[0] in _COMPARED]
    if status == 101:
        compared = [header for header in compared if header[0] != "connection"]
    compared = tuple(sorted((name, _BOUNDARY.sub("limit", value)) for name, value in compared))
    try:
        content = json.loads(body)
    except ValueError:
        content = _BOUNDARY.sub("limit", body.decode("latin-1"))
    return Response(status, compared, content)
