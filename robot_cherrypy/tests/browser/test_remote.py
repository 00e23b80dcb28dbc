"""A browser elsewhere: where it is reached, its place in the queue of a Grid, and its end."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from selenium.common.exceptions import InvalidSessionIdException
from selenium.webdriver import ChromeOptions

from robot_cherrypy.browser import Settings, grid_queue, open_remote
from robot_cherrypy.browser.bidi_commands import bidi_url
from robot_cherrypy.errors import BrowserError

ENDED = "Unable to execute request for an existing session: Connection error (GET http://10.0.0.7)"


class Grid(BaseHTTPRequestHandler):
    """A Selenium Grid that opens a browser when nobody is before, and then loses its node."""

    mark = ""
    places = ()  # how many are before, at each look
    looked = threading.Event()

    def do_GET(self):
        if self.path == "/status":
            self.send(200, {"ready": True, "nodes": []})
        elif self.path == "/se/grid/newsessionqueue/queue":
            before, *left = self.places if self.mark else [0]
            if self.mark and not left:
                self.looked.set()
            elif self.mark:
                type(self).places = left
            marks = ["another"] * before + [self.mark, "later"]
            requests = [[{"se:robotCherryPyRequest": mark}] for mark in marks if mark]
            self.send(200, [{"capabilities": each} for each in requests])
        else:
            self.send(500, {"error": "unknown error", "message": ENDED, "stacktrace": ""})

    do_DELETE = do_GET  # noqa: N815 - the standard library looks for this name

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = body["capabilities"]["alwaysMatch"]
        type(self).mark = asked["se:robotCherryPyRequest"]
        self.looked.wait(60)
        capabilities = {"browserName": "chrome"}
        self.send(200, {"sessionId": "1", "capabilities": capabilities})

    def send(self, status, value):
        body = json.dumps({"value": value}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Log nothing."""


@pytest.fixture
def grid(monkeypatch):
    """The address of a Grid at which two, then one, then none are before."""
    monkeypatch.setattr(grid_queue, "_FIRST_LOOK", 0.01)
    monkeypatch.setattr(grid_queue, "_INTERVAL", 0.01)
    handler = type("Handler", (Grid,), {"places": [2, 1, 1, 0], "looked": threading.Event()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_place_in_the_queue_and_end_of_the_node(grid):
    """Each new place is told once. Of a node that has ended, the error says so; nothing is left."""
    told = []
    driver = open_remote(f"http://{grid}", "chrome", Settings(), told.append)
    waits = f"Waiting for a free browser of the Selenium Grid at {grid}:"
    assert [f"{waits} {before} before." for before in (2, 1, 0)] == told
    with pytest.raises(InvalidSessionIdException) as caught:
        _ = driver.title
    expected = f"The browser at {grid} has ended: its node of the Selenium Grid does not answer"
    assert caught.value.msg.startswith(expected)  # Selenium adds a link
    driver.quit()


def test_other_drivers_have_no_queue():
    """They get no mark, and nobody asks them again."""
    options = ChromeOptions()
    with grid_queue.told_queue("http://127.0.0.1:9", options, pytest.fail):
        assert "se:robotCherryPyRequest" not in options.to_capabilities()


def test_what_safari_cannot_be_given():
    """The error names it."""
    with pytest.raises(BrowserError, match=r"^Safari cannot be given 'device'\.$"):
        open_remote("http://127.0.0.1:9", "safari", Settings(device="Pixel 7"))


@pytest.mark.parametrize(
    ("told", "driver", "expected"),
    [
        ("ws://127.0.0.1:4444/session/1", "http://127.0.0.1:4444", "ws://127.0.0.1:4444/session/1"),
        ("ws://localhost:9515/session/1", "http://10.0.0.7:9515", "ws://10.0.0.7:9515/session/1"),
        ("ws://127.0.0.1:9515/session/1", "http://[fd00::7]:9515", "ws://[fd00::7]:9515/session/1"),
        ("wss://grid.example/se/bidi", "https://grid.example", "wss://grid.example/se/bidi"),
        (True, "http://10.0.0.7:9515", ""),
        (None, "http://10.0.0.7:9515", ""),
    ],
)
def test_where_a_session_listens(told, driver, expected):
    """A driver on another machine may tell the address that it has there."""
    config = SimpleNamespace(remote_server_addr=driver)
    stand_in = SimpleNamespace(
        capabilities={"webSocketUrl": told},
        command_executor=SimpleNamespace(client_config=config),
    )
    assert expected == bidi_url(stand_in)
