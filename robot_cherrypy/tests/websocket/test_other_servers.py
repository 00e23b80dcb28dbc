"""The same pages under other ASGI servers, over TLS, and beside ws4py."""

import asyncio
import contextlib
import socket
import ssl
import threading
import time

import cherrypy
import pytest
import trustme
import uvicorn
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree
from cherrypy._cpwsgi_server import CPWSGIServer

from robot_cherrypy import aio
from robot_cherrypy.tests.websocket.pages import Pages
from robot_cherrypy.websocket import Closed, ConnectionRefused, connect


@pytest.fixture(autouse=True)
def installed():
    """Uninstall what `aio.application` would leave installed."""
    aio.install()
    yield
    aio.uninstall()


def pages_tree():
    """Return a tree with the pages."""
    tree = Tree()
    tree.mount(Pages())
    return tree


@contextlib.contextmanager
def listening():
    """Yield a listening socket and its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener, f"ws://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(params=["websockets-sansio", "wsproto"])
def uvicorn_url(request):
    """The URL of a uvicorn as it is, with each of its WebSocket implementations."""
    config = uvicorn.Config(
        aio.application(pages_tree()), ws=request.param, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    with listening() as (listener, url):
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield url
        server.should_exit = True
        thread.join(60)
        assert not thread.is_alive()


@pytest.mark.parametrize("path", ["/echo", "/plain_echo"])
def test_echo_under_uvicorn(uvicorn_url, path):
    """Pages receive and send where the ASGI server speaks the protocol."""
    with connect(uvicorn_url + path, subprotocols=["soup"]) as client:
        client.send("hello")
        client.send(b"\x00")
        assert ["hello", b"\x00"] == [client.receive(60), client.receive(60)]
        assert "soup" == client.subprotocol


def test_refusals_under_uvicorn(uvicorn_url):
    """The handshake is refused with the page's own response."""
    statuses = []
    for path in ("/refuse?status=402", "/nowhere", "/private", "/break_early"):
        with pytest.raises(ConnectionRefused) as refused, connect(uvicorn_url + path):
            pass
        statuses.append(refused.value.status)
    assert [402, 404, 401, 500] == statuses


def test_closing_under_uvicorn(uvicorn_url):
    """Code and reason of the page reach the client."""
    with connect(uvicorn_url + "/close?code=3001&reason=enough") as client:
        client.send("go")
        with pytest.raises(Closed) as closed:
            client.receive(60)
    assert (3001, "enough") == (closed.value.code, closed.value.reason)
    with connect(uvicorn_url + "/break_late") as client:
        client.send("go")
        with pytest.raises(Closed) as closed:
            client.receive(60)
    assert 1011 == closed.value.code


def test_group_under_uvicorn(uvicorn_url):
    """Broadcasts reach members."""
    with connect(uvicorn_url + "/member") as first, connect(uvicorn_url + "/member") as second:
        assert ["joined"] * 2 == [first.receive(60), second.receive(60)]
        first.send("to all")
        assert "to all" == second.receive(60)


def test_cookie_under_uvicorn(uvicorn_url):
    """The response to the handshake carries cookies."""
    with connect(uvicorn_url + "/cookie") as client:
        assert "flavour=vanilla" == client.response_headers["Set-Cookie"]


@pytest.fixture
def authority():
    """A certificate authority that only the test's client trusts."""
    return trustme.CA()


def start_tls_server(server_class, authority, tmp_path):
    """Serve the pages over TLS, and return the server and its thread."""
    certificate = authority.issue_cert("127.0.0.1")
    chain = tmp_path / "chain.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(str(chain))
    settings = Server()
    settings.socket_host, settings.socket_port = "127.0.0.1", 0
    settings.ssl_module = "builtin"
    settings.ssl_certificate = settings.ssl_private_key = str(chain)
    settings.shutdown_timeout = 2
    if server_class is CPWSGIServer:
        server = CPWSGIServer(settings)
        server.wsgi_app = pages_tree()
    else:
        server = aio.HTTPServer(settings, aio.application(pages_tree()))
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    return server, thread


@pytest.mark.parametrize("server_class", [CPWSGIServer, aio.HTTPServer], ids=["threaded", "async"])
def test_tls(authority, server_class, tmp_path):
    """Both servers carry WebSockets over TLS, with large messages and the close at their stop."""
    server, thread = start_tls_server(server_class, authority, tmp_path)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    try:
        url = f"wss://127.0.0.1:{server.bind_addr[1]}/echo"
        with connect(url, ssl=context) as client:
            for message in ("hello", b"x" * 10**6, "y" * 10**5):
                client.send(message)
                assert message == client.receive(60)
            server.stop()
            with pytest.raises(Closed) as closed:
                client.receive(60)
            assert 1001 == closed.value.code
    finally:
        server.stop()
        thread.join(60)
    assert not thread.is_alive()


class OneThreadSocket(ssl.SSLSocket):
    """Fails if two threads are in its TLS connection at the same time."""

    def _enter(self, function, *arguments):
        lock = self.__dict__.setdefault("entered", threading.Lock())
        assert lock.acquire(blocking=False), "a second thread is in the TLS connection"
        try:
            time.sleep(0.001)  # where another thread could come in
            return function(*arguments)
        finally:
            lock.release()

    def read(self, *arguments):
        """Read with the connection for this thread alone."""
        return self._enter(super().read, *arguments)

    def send(self, *arguments):
        """Send with the connection for this thread alone."""
        return self._enter(super().send, *arguments)


def test_threads_of_tls_client(authority, tmp_path):
    """The client reads and writes in two threads, of which OpenSSL allows one at a time."""
    server, thread = start_tls_server(CPWSGIServer, authority, tmp_path)
    context = ssl.create_default_context()
    context.sslsocket_class = OneThreadSocket
    authority.configure_trust(context)
    try:
        with connect(f"wss://127.0.0.1:{server.bind_addr[1]}/echo", ssl=context) as client:
            for number in range(20):
                client.send(f"{number}")
                client.send(b"x" * 50_000)
            received = [client.receive(60) for _ in range(40)]
        assert [f"{number}" for number in range(20)] == received[::2]
        assert [b"x" * 50_000] * 20 == received[1::2]
    finally:
        server.stop()
        thread.join(60)


def test_scope_of_daphne():
    """What the specification calls optional may not be in the scope; daphne has no version."""
    sent = []
    arriving = [
        {"type": "websocket.receive", "text": "hello"},
        {"type": "websocket.disconnect", "code": 1001},
    ]

    async def receive():
        return arriving.pop(0) if sent else {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/echo", "headers": [(b"host", b"x")]}
    asyncio.run(aio.application(pages_tree())(scope, receive, send))
    assert ["websocket.accept", "websocket.send"] == [message["type"] for message in sent]


def test_http2():
    """WebSockets over HTTP/2 (RFC 8441) work where the ASGI server supports them."""
    hypercorn_asyncio = pytest.importorskip("hypercorn.asyncio")
    h2 = pytest.importorskip("h2.connection")
    from h2.config import H2Configuration
    from h2.events import DataReceived, RemoteSettingsChanged, ResponseReceived
    from h2.settings import SettingCodes
    from hypercorn.config import Config

    from robot_cherrypy.tests.websocket.conftest import frame

    config = Config()
    stop = threading.Event()

    async def serve(fd):
        config.bind = [f"fd://{fd}"]
        config.errorlog = None

        async def stopped():
            await asyncio.to_thread(stop.wait)

        application = aio.application(pages_tree())

        async def without_lifespan(scope, receive, send):
            assert scope["type"] != "lifespan"
            await application(scope, receive, send)

        await hypercorn_asyncio.serve(
            without_lifespan, config, shutdown_trigger=stopped, mode="asgi"
        )

    def read(connection, state, kind):
        while True:
            for event in state.receive_data(connection.recv(65536)):
                if isinstance(event, kind):
                    return event

    with listening() as (listener, _url):
        address = listener.getsockname()
        fd = listener.detach()  # it closes what it is given
        thread = threading.Thread(target=lambda: asyncio.run(serve(fd)))
        thread.start()
        try:
            with socket.create_connection(address, timeout=60) as connection:
                state = h2.H2Connection(H2Configuration(client_side=True))
                state.initiate_connection()
                connection.sendall(state.data_to_send())
                settings = read(connection, state, RemoteSettingsChanged).changed_settings
                assert 1 == settings[SettingCodes.ENABLE_CONNECT_PROTOCOL].new_value
                state.send_headers(
                    1,
                    [
                        (":method", "CONNECT"),
                        (":protocol", "websocket"),
                        (":scheme", "http"),
                        (":path", "/echo"),
                        (":authority", "127.0.0.1"),
                        ("sec-websocket-version", "13"),
                    ],
                )
                connection.sendall(state.data_to_send())
                headers = dict(read(connection, state, ResponseReceived).headers)
                state.send_data(1, frame(1, b"over HTTP/2"))
                connection.sendall(state.data_to_send())
                data = read(connection, state, DataReceived).data
        finally:
            stop.set()
            thread.join(60)
    assert ("200", b"\x81\x0bover HTTP/2") == (
        headers.get(":status") or headers[b":status"].decode(),
        data,
    )


def test_ws4py_beside(monkeypatch):
    """Pages of ws4py work on the threaded server, beside ours in one application."""
    plugin = pytest.importorskip("ws4py.server.cherrypyserver")
    from ws4py.websocket import EchoWebSocket

    class Root(Pages):
        @cherrypy.expose
        @cherrypy.config(
            **{"tools.websocket.on": True, "tools.websocket.handler_cls": EchoWebSocket}
        )
        def old(self):
            pass

    manager = plugin.WebSocketPlugin(cherrypy.engine)
    manager.subscribe()
    monkeypatch.setattr(cherrypy.tools, "websocket", plugin.WebSocketTool(), raising=False)
    settings = Server()
    settings.socket_host, settings.socket_port = "127.0.0.1", 0
    settings.shutdown_timeout = 2
    server = CPWSGIServer(settings)
    server.wsgi_app = Tree()
    server.wsgi_app.mount(Root())
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    manager.start()
    try:
        url = f"ws://127.0.0.1:{server.bind_addr[1]}"
        with connect(url + "/old") as old, connect(url + "/echo") as new:
            for client in (old, new, old, new):
                client.send("hello")
                assert "hello" == client.receive(60)
    finally:
        manager.cleanup()  # ends its thread, as the stop channel of the bus would
        manager.stop()
        manager.unsubscribe()
        server.stop()
        thread.join(60)
    assert not thread.is_alive()
