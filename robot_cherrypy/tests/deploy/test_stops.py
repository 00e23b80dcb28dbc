"""`docker stop` lets end what has begun, on every kind of connection."""

import http.client
import shutil
import socket
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h2.connection
import pytest
import trustme
from hyperframe.frame import DataFrame, Frame, GoAwayFrame

from robot_cherrypy.tests.deploy.conftest import (
    ENGINE,
    PATIENCE,
    engine,
    status,
    wait_for,
    wait_until,
)
from robot_cherrypy.websocket import Closed, connect

pytestmark = pytest.mark.timeout(600)

APPLICATION = Path(__file__).parent / "open_connections.py"

# The base image with HTTP/2, which an instance behind a load balancer does not need.
WITH_HTTP2 = """
FROM robot-cherrypy:build AS build
RUN pip install --prefix /opt/project h2
FROM robot-cherrypy:base
COPY --from=build /opt/project /opt/env
"""

TLS = """
[global]
server.ssl_certificate = "/app/server.pem"
server.ssl_private_key = "/app/server.key"
"""


@pytest.fixture(scope="module")
def image(base):
    """The image of the server."""
    engine("build", "--tag", "with-http2", "-", input=WITH_HTTP2)
    return "with-http2"


@pytest.fixture
def folder(tmp_path):
    """The application with what the server needs for TLS, and a function that makes contexts."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "server.key")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "server.pem")
    (tmp_path / "tls.conf").write_text(TLS)
    shutil.copy(APPLICATION, tmp_path)
    for path in (tmp_path, *tmp_path.iterdir()):
        path.chmod(0o755)

    def context(protocol):
        made = ssl.create_default_context()
        authority.configure_trust(made)
        made.set_alpn_protocols([protocol])
        return made

    return tmp_path, context


class Clients:
    """Clients of a server, each with something that has begun.

    Args:
        url: That of the server.
        context: Makes a context for TLS and a protocol; None without TLS.
    """

    def __init__(self, url, context):
        scheme, self._place = url.split("://")
        self._port = int(self._place.partition(":")[2])
        self._context = context
        executor = ThreadPoolExecutor()
        self.slow = executor.submit(self._get, "/slow?client=http1")
        self.download = executor.submit(self._get, "/download")
        self.events = executor.submit(self._get, "/events")
        self.http2 = executor.submit(self._get_by_http2, "/slow?client=http2") if context else None
        self.websocket = executor.submit(
            self._echo, f"{scheme.replace('http', 'ws')}://{self._place}/echo"
        )
        self._late = self._connect()
        self._late.sendall(b"G")
        executor.shutdown(wait=False)

    def finish_late_request(self):
        """Send the rest of a request of which one byte was sent; return the status."""
        rest = f"ET /slow?client=late HTTP/1.1\r\nHost: {self._place}\r\nConnection: close\r\n\r\n"
        with self._late:
            self._late.sendall(rest.encode())
            response = http.client.HTTPResponse(self._late)
            response.begin()
            return response.status, response.read()

    def _connect(self, protocol="http/1.1"):
        plain = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
        if self._context is None:
            return plain
        return self._context(protocol).wrap_socket(plain, server_hostname="127.0.0.1")

    def _get(self, path):
        with self._connect() as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {self._place}\r\n\r\n".encode())
            response = http.client.HTTPResponse(connection)
            response.begin()
            try:
                return response.status, response.read()
            except http.client.IncompleteRead as error:
                return response.status, error.partial

    def _get_by_http2(self, path):
        """Return the body, and the codes with which the server has ended the connection.

        The frames are read one by one: h2 takes a GOAWAY for an end at once.
        """
        client = h2.connection.H2Connection()
        fields = {":method": "GET", ":path": path, ":scheme": "https", ":authority": self._place}
        with self._connect("h2") as connection:
            client.initiate_connection()
            client.send_headers(1, list(fields.items()), end_stream=True)
            connection.sendall(client.data_to_send())
            received = memoryview(b"".join(iter(lambda: connection.recv(65536), b"")))
        body, codes = b"", set()
        while received:
            frame, length = Frame.parse_frame_header(received[:9])
            frame.parse_body(received[9 : 9 + length])
            received = received[9 + length :]
            if isinstance(frame, DataFrame):
                body += frame.data
            if isinstance(frame, GoAwayFrame):
                codes.add(frame.error_code)
        return body, codes

    def _echo(self, url):
        """Return the code with which the server closes a WebSocket."""
        with connect(url, ssl=self._context and self._context("http/1.1")) as client:
            client.send("hello")
            assert client.receive(timeout=PATIENCE) == "hello"
            with pytest.raises(Closed) as closed:
                client.receive(timeout=PATIENCE)
            return closed.value.code


@pytest.mark.parametrize("server", ["threaded", "async"])
def test_stop_waits_for_what_has_begun(image, run, folder, server):
    """On the asyncio server with TLS and HTTP/2.

    A request in flight gets its response, and so does one of which the server has only a byte. A
    stream that has an end is sent to its end, one that has none ends between two events, and a
    WebSocket is closed with 1001.
    """
    path, context = folder
    context = context if server == "async" else None
    configuration = ("--config", "/app/tls.conf") if context else ()
    command = ("robot-cherrypy", "serve", "open_connections", "--host", "0.0.0.0", *configuration)
    more = ("--server", server, "--health", "/-/health", "--stop-delay", "1")
    name, url = run(image, *command, *more, options=("-v", f"{path}:/app:ro"))
    url = url.replace("http:", "https:") if context else url
    trust = context and context("http/1.1")
    wait_for(f"{url}/-/health", "ready", name, trust)

    clients = Clients(url, context)
    begun = {"http1", "download", "events", "echo", *(("http2",) if context else ())}
    wait_until(lambda: all(f"begun: {each}" in engine("logs", name) for each in begun))
    started = time.monotonic()
    stopping = subprocess.Popen([ENGINE, "stop", name])
    wait_until(lambda: status(f"{url}/-/health", trust)[0] == 0)
    assert (200, b"done") == clients.finish_late_request()
    assert (200, b"done") == clients.slow.result(PATIENCE)
    assert (200, b"".join(b"%d\n" % n for n in range(30))) == clients.download.result(PATIENCE)
    answered, events = clients.events.result(PATIENCE)
    assert (200, b"") == (answered, events.replace(b"data: tick\n\n", b""))
    assert events
    assert 1001 == clients.websocket.result(PATIENCE)
    if context:
        assert (b"done", {0}) == clients.http2.result(PATIENCE)
    assert 0 == stopping.wait(PATIENCE)
    print(f"Stopped in {time.monotonic() - started:.1f} s")  # noqa: T201
    assert "0" == engine("inspect", name, "--format", "{{.State.ExitCode}}")
