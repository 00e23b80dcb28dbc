"""The connection of our own to a browser ends quietly with the browser."""

import json
import threading

import pytest
from websockets.sync.server import serve

from robot_cherrypy.pages.browser_connection import Connection

pytestmark = pytest.mark.timing


def test_browser_ends_while_an_event_is_handled():
    """The thread that reads events sends commands because of some; that may be too late."""
    ended = threading.Event()
    connected = threading.Event()

    def browser(socket):
        socket.send(json.dumps({"method": "Target.targetCreated", "params": {}}))
        socket.close_socket()
        ended.set()

    def on_event(*_event):
        assert ended.wait(60)
        assert connected.wait(60)
        for _ in range(100):  # the first may still be taken by the kernel
            connection.post("", "Target.attachToTarget")

    with serve(browser, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        connection = Connection(f"ws://127.0.0.1:{port}/", on_event, 5)
        connected.set()
        with connection.changed:
            assert connection.changed.wait_for(lambda: not connection.is_open, 60)
        server.shutdown()
