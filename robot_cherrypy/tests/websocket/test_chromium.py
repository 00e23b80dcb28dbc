"""A WebSocket of a page over TLS, in a real Chromium."""

import cherrypy
import pytest

from robot_cherrypy import browser as browsers
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.websocket import websocket

EXCHANGE = """
const done = arguments[0];
const protocol = performance.getEntriesByType("navigation")[0].nextHopProtocol;
const socket = new WebSocket(`wss://${location.host}/echo`);
socket.onopen = () => socket.send("x".repeat(1000));
let received = 0;
socket.onmessage = (event) => { received = event.data.length; socket.close(3001); };
socket.onclose = (event) => done([protocol, event.code, received]);
"""


class Root:
    """A page, and its WebSocket."""

    @cherrypy.expose
    def index(self):
        return "<title>Page</title>"

    @cherrypy.expose
    @websocket
    async def echo(self, ws):
        async for message in ws:
            await ws.send(message)


@pytest.fixture(scope="module")
def driver():
    """A browser that trusts any certificate."""
    driver = browsers.open_local(
        "auto", browsers.Settings(capabilities={"acceptInsecureCerts": True})
    )
    driver.set_script_timeout(10)
    yield driver
    driver.quit()


@pytest.mark.parametrize(("kind", "protocol"), [("threaded", "http/1.1"), ("async", "h2")])
def test_websocket_of_a_page(driver, certificate_files, kind, protocol):
    """The page comes over HTTP/2 where the server has it; its WebSocket opens on both servers."""
    chain, key = map(str, certificate_files)
    files = {"server.ssl_certificate": chain, "server.ssl_private_key": key}
    application = "robot_cherrypy.tests.websocket.test_chromium:Root"
    launch = Launch(application=application, alias=kind, kind=kind, configuration={"global": files})
    server = InProcessServer(launch)
    server.start()
    try:
        driver.get(server.url)
        assert [protocol, 3001, 1000] == driver.execute_async_script(EXCHANGE)
    finally:
        driver.get("about:blank")
        server.stop()
