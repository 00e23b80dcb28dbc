"""TLS, HTTP/2, Unix sockets, sockets of systemd, HTTP/1.0 and pipelining."""

import asyncio
import os
import socket
import ssl
import subprocess
import sys
import threading

import cherrypy
import httpx
import pytest
import trustme

pytestmark = pytest.mark.timing

SERVE_INHERITED = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ["LISTEN_PID"], os.environ["LISTEN_FDS"] = str(os.getpid()), "1"
import cherrypy
from robot_cherrypy import aio

class Root:
    @cherrypy.expose
    def index(self):
        # The socket takes connections before the engine has started; a signal then would be fatal.
        cherrypy.engine.wait(cherrypy.engine.states.STARTED)
        return "inherited"

aio.install()
cherrypy.config.update({"environment": "production", "log.screen": False})
cherrypy.quickstart(Root())
"""


class Root:
    def __init__(self):
        self.entered = threading.Event()
        self.left = threading.Event()

    @cherrypy.expose
    async def index(self):
        return f"{cherrypy.request.scheme} {cherrypy.request.asgi_scope['http_version']}"

    @cherrypy.expose
    async def cookies(self):
        return repr(sorted(cherrypy.request.cookie))

    @cherrypy.expose
    async def echo(self, **fields):
        return repr(fields)

    @cherrypy.expose
    async def forever(self):
        self.entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    async def streamed(self):
        for number in range(3):
            await asyncio.sleep(0)
            yield f"{number}"


@pytest.fixture(scope="module")
def authority():
    """A certificate authority for the tests."""
    return trustme.CA()


@pytest.fixture
def settings():
    """Settings of `cherrypy.server` besides the certificate; a test may give others."""
    return {"shutdown_timeout": 0.2}


@pytest.fixture
def https(authority, serve, tmp_path, settings):
    """Serve over TLS; return the root page, the server, and a function that makes clients."""
    certificate = authority.issue_cert("127.0.0.1")
    chain, key, trusted = tmp_path / "chain.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    certificate.private_key_pem.write_to_path(key)
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(chain, append=True)
    authority.cert_pem.write_to_path(trusted)
    root = Root()
    running = serve(root, ssl_certificate=str(chain), ssl_private_key=str(key), **settings)
    context = ssl.create_default_context(cafile=str(trusted))

    def client(**options):
        return httpx.Client(
            base_url=f"https://127.0.0.1:{running.address[1]}", verify=context, **options
        )

    return root, running, client


@pytest.mark.parametrize(("http2", "version"), [(True, "2"), (False, "1.1")])
def test_tls_and_http2(https, http2, version):
    """Over TLS, clients choose the protocol by ALPN."""
    _root, _running, client = https
    with client(http2=http2) as requests:
        response = requests.get("/")
        assert (f"HTTP/{version}", f"https {version}") == (response.http_version, response.text)
        assert "012" == requests.get("/streamed").text
        assert "{'a': '1'}" == requests.post("/echo", data={"a": "1"}).text
        assert 404 == requests.get("/missing").status_code


@pytest.mark.parametrize("settings", [{"socket_timeout": seconds} for seconds in (0, 0.5)])
def test_http2_with_any_time_out(https):
    """A time-out below a second is one, and 0 is none: neither ends a connection at once."""
    _root, _running, client = https
    with client(http2=True) as requests:
        assert ["https 2"] * 2 == [requests.get("/").text for _ in range(2)]


def test_http2_cookies_may_come_in_pieces(https):
    """Cookies in several header fields, as browsers send them over HTTP/2, are joined."""
    _root, _running, client = https
    with client(http2=True) as requests:
        assert (
            "['a', 'b']"
            == requests.get("/cookies", headers=[("Cookie", "a=1"), ("Cookie", "b=2")]).text
        )


def test_http2_requests_are_cancelled_with_their_client(https):
    """A coroutine is cancelled when its HTTP/2 client disconnects."""
    root, _running, client = https
    with client(http2=True) as requests:
        while not root.entered.is_set():  # the request may be slower than this time-out
            with pytest.raises(httpx.ReadTimeout):
                requests.get("/forever", timeout=httpx.Timeout(60, read=0.3))
    assert root.left.wait(60)


def test_unix_socket(serve, tmp_path):
    """A Unix socket is served, and its file removed at the stop."""
    path = tmp_path / "server.sock"
    running = serve(Root(), socket_file=str(path))
    transport = httpx.HTTPTransport(uds=str(path))
    with httpx.Client(transport=transport, base_url="http://unix") as client:
        assert "http 1.1" == client.get("/").text
    running.stop()
    assert not path.exists()


def test_a_stale_unix_socket_is_replaced(serve, tmp_path):
    """The file that a killed server left does not hinder the next server."""
    path = tmp_path / "server.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    running = serve(Root(), socket_file=str(path))
    assert str(path) == running.address


def test_socket_activation():
    """A socket that systemd passes is served, in place of a new one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        os.set_inheritable(listener.fileno(), True)
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE_INHERITED, str(listener.fileno())],
            pass_fds=[listener.fileno()],
        )
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            assert "inherited" == httpx.get(url, timeout=20).text
        finally:
            process.terminate()
            process.wait(20)
    assert 0 == process.returncode


def test_server_header_can_be_left_out(serve, monkeypatch):
    """`server.server_header: False` leaves the version out of responses."""
    running = serve(Root())
    assert "Server" in running.request("/")[1]
    monkeypatch.setattr(cherrypy.server, "server_header", False, raising=False)
    assert "Server" not in running.request("/")[1]


@pytest.mark.parametrize(
    "data",
    [b"\x00" * 500, b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 500],
)
def test_garbage_instead_of_http2_ends_the_connection(https, data):
    """Bytes that are not HTTP/2 end their connection only."""
    _root, running, client = https
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(running.address, 10) as plain,
        context.wrap_socket(plain) as connection,
    ):
        connection.sendall(data)
        while connection.recv(65536):
            pass
    with client(http2=True) as requests:
        assert "https 2" == requests.get("/").text


def test_plain_http_to_a_tls_port_ends_the_connection(https):
    """A client that does not use TLS gets no response."""
    _root, running, _client = https
    with socket.create_connection(running.address, 10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b"".join(iter(lambda: client.recv(65536), b""))
    assert b"HTTP/1.1 200" not in received


@pytest.mark.parametrize("settings", [{"shutdown_timeout": 0.2, "socket_timeout": 0.3}])
@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01\x02\x00\x01"])
def test_handshake_has_to_end_in_time(https, sent):
    """A client that begins TLS and does not go on is not waited for longer than for a request."""
    _root, running, _client = https
    with socket.create_connection(running.address, 10) as connection:
        connection.sendall(sent)
        assert b"" == connection.recv(1)
