"""The same pages under other ASGI servers, over TLS, and beside ws4py."""

import asyncio
import contextlib
import socket
import ssl
import threading

import cherrypy
import pytest
import trustme
import uvicorn
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree
from cherrypy._cpwsgi_server import CPWSGIServer

from robot_cherrypy import aio
from robot_cherrypy.aio.server import HTTPServer
from robot_cherrypy.tests.websocket.pages import Pages
from robot_cherrypy.websocket import Closed
from robot_cherrypy.websocket.client import ConnectionRefused, connect


@pytest.fixture(autouse=True)
def installed():
    """Take back what `aio.application` would install for good."""
    aio.install()
    yield
    aio.uninstall()


def tree():
    """What is served."""
    made = Tree()
    made.mount(Pages())
    return made


@contextlib.contextmanager
def listening():
    """A socket that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener, f"ws://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(params=["websockets-sansio", "wsproto"])
def uvicorn_url(request):
    """A plain uvicorn with each of its WebSocket implementations."""
    config = uvicorn.Config(
        aio.application(tree()), ws=request.param, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    with listening() as (listener, url):
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield url
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("path", ["/echo", "/plain_echo"])
def test_echo_under_uvicorn(uvicorn_url, path):
    """The same pages run where the ASGI server speaks the protocol."""
    with connect(uvicorn_url + path, subprotocols=["soup"]) as client:
        client.send("hello")
        client.send(b"\x00")
        assert ["hello", b"\x00"] == [client.receive(10), client.receive(10)]
        assert "soup" == client.subprotocol


def test_refusals_under_uvicorn(uvicorn_url):
    """Refusals are the page's own answer."""
    statuses = []
    for path in ("/refuse?status=402", "/nowhere", "/private", "/break_early"):
        with pytest.raises(ConnectionRefused) as refused, connect(uvicorn_url + path):
            pass
        statuses.append(refused.value.status)
    assert [402, 404, 401, 500] == statuses


def test_closing_under_uvicorn(uvicorn_url):
    """Codes and reasons get through in both directions."""
    with connect(uvicorn_url + "/close?code=3001&reason=enough") as client:
        client.send("go")
        with pytest.raises(Closed) as closed:
            client.receive(10)
    assert (3001, "enough") == (closed.value.code, closed.value.reason)
    with connect(uvicorn_url + "/break_late") as client:
        client.send("go")
        with pytest.raises(Closed) as closed:
            client.receive(10)
    assert 1011 == closed.value.code


def test_group_under_uvicorn(uvicorn_url):
    """Broadcasts reach members."""
    with connect(uvicorn_url + "/member") as one, connect(uvicorn_url + "/member") as other:
        assert ["joined"] * 2 == [one.receive(10), other.receive(10)]
        one.send("to all")
        assert "to all" == other.receive(10)


def test_session_and_cookie_under_uvicorn(uvicorn_url):
    """The handshake's answer carries cookies there, too."""
    with connect(uvicorn_url + "/cookie") as client:
        assert "flavour=vanilla" == client.response_headers["Set-Cookie"]


@pytest.fixture
def authority():
    """Certificates that are trusted by the client only."""
    return trustme.CA()


@pytest.mark.parametrize("make", [CPWSGIServer, HTTPServer], ids=["threaded", "async"])
def test_tls(authority, make, tmp_path):
    """Both servers carry WebSockets over TLS, large messages and the end included."""
    certificate = authority.issue_cert("127.0.0.1")
    chain = tmp_path / "chain.pem"
    certificate.private_key_and_cert_chain_pem.write_to_path(str(chain))
    settings = Server()
    settings.socket_host, settings.socket_port = "127.0.0.1", 0
    settings.ssl_module = "builtin"
    settings.ssl_certificate = settings.ssl_private_key = str(chain)
    settings.shutdown_timeout = 2
    if make is CPWSGIServer:
        server = CPWSGIServer(settings)
        server.wsgi_app = tree()
    else:
        server = HTTPServer(settings, aio.application(tree()))
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    context = ssl.create_default_context()
    authority.configure_trust(context)
    try:
        url = f"wss://127.0.0.1:{server.bind_addr[1]}/echo"
        with connect(url, ssl=context) as client:
            for message in ("hello", b"x" * 10**6, "y" * 10**5):
                client.send(message)
                assert message == client.receive(10)
            server.stop()
            with pytest.raises(Closed) as closed:
                client.receive(10)
            assert 1001 == closed.value.code
    finally:
        server.stop()
        thread.join(10)
    assert not thread.is_alive()


def test_http2():
    """WebSockets over HTTP/2 (RFC 8441) work where the ASGI server has them."""
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

        application = aio.application(tree())

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
            with socket.create_connection(address, timeout=10) as connection:
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
            thread.join(10)
    assert ("200", b"\x81\x0bover HTTP/2") == (
        headers.get(":status") or headers[b":status"].decode(),
        data,
    )


def test_ws4py_beside(tmp_path):
    """Pages of ws4py go on working on the threaded server, beside ours in one application."""
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
    had = getattr(cherrypy.tools, "websocket", None)
    cherrypy.tools.websocket = plugin.WebSocketTool()
    settings = Server()
    settings.socket_host, settings.socket_port = "127.0.0.1", 0
    settings.shutdown_timeout = 2
    server = CPWSGIServer(settings)
    made = Tree()
    made.mount(Root())
    server.wsgi_app = made
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    manager.start()
    try:
        url = f"ws://127.0.0.1:{server.bind_addr[1]}"
        with connect(url + "/old") as old, connect(url + "/echo") as new:
            for client in (old, new, old, new):
                client.send("hello")
                assert "hello" == client.receive(10)
    finally:
        manager.cleanup()  # ends its thread, as the stop channel of the bus would
        manager.stop()
        manager.unsubscribe()
        server.stop()
        thread.join(10)
        if had is None:
            del cherrypy.tools.websocket
    assert not thread.is_alive()
