"""Many WebSockets at once: broadcasts, and the stop of the server."""

import contextlib
import threading
import time
from pathlib import Path

import pytest
import requests

from robot_cherrypy.tests.websocket import pages
from robot_cherrypy.tests.websocket.conftest import frame
from robot_cherrypy.websocket import Closed, connect

pytestmark = pytest.mark.timing


def joined(stack, site, path="/member"):
    """Connect to a page that joins the group, and wait until it has."""
    client = stack.enter_context(connect(site.ws + path))
    assert "joined" == client.receive(timeout=60)
    return client


def test_broadcast(site):
    """Broadcasts reach all members, coroutines and plain page handlers, in their order."""
    with contextlib.ExitStack() as stack:
        coroutine, plain = joined(stack, site), joined(stack, site, "/plain_member")
        for number in range(10):
            requests.get(f"{site.url}/say?message={number}", timeout=60)
        expected = [str(number) for number in range(10)]
        assert expected == [coroutine.receive(timeout=60) for _ in expected]
        assert expected == [plain.receive(timeout=60) for _ in expected]


def test_own_broadcast_comes_before_what_is_sent_next(site):
    """A member gets its own broadcast before what it is sent next."""
    with contextlib.ExitStack() as stack:
        client = joined(stack, site)
        client.send("to all")
        assert ["to all", "sent"] == [client.receive(timeout=60) for _ in range(2)]


def test_members_that_leave(site):
    """A WebSocket that is closed is no member any more."""
    with contextlib.ExitStack() as stack:
        joined(stack, site)
        with contextlib.ExitStack() as short:
            joined(short, site)
            assert "2" == requests.get(site.url + "/say?message=x", timeout=60).text
        deadline = time.monotonic() + 60
        while len(site.pages.group) > 1 and time.monotonic() < deadline:
            requests.get(site.url, timeout=60)
        assert "1" == requests.get(site.url + "/say?message=x", timeout=60).text


def test_slow_member(site, raw):
    """A member that does not read is closed with 1013 and does not delay the others."""
    with contextlib.ExitStack() as stack:
        fast = joined(stack, site)
        slow = raw("/member")
        message = "x" * 50_000
        group = site.pages.group
        while len(group) < 2:
            requests.get(site.url, timeout=60)
        for _ in range(400):
            group.broadcast(message)
            assert message == fast.receive(timeout=60)
        assert 1013 == slow.close_code()


@pytest.mark.parametrize("path", ["/recorded", "/plain_echo", "/unread"])
def test_stop(site, path):
    """When the server stops, clients are closed with 1001."""
    with connect(site.ws + path) as client:
        client.send("x")
        if path == "/plain_echo":
            assert "x" == client.receive(timeout=60)
        site.server.stop()
        with pytest.raises(Closed) as closed:
            client.receive(timeout=60)
        assert 1001 == closed.value.code


def test_stop_with_a_client_that_does_not_answer(site, raw):
    """A client that does not respond to the close frame does not keep the server from stopping."""
    connection = raw("/recorded")
    connection.send(frame(1, b"x"))
    stopping = threading.Thread(target=site.server.stop)
    stopping.start()
    stopping.join(60)
    assert not stopping.is_alive()
    assert 1001 == connection.close_code()
    assert 1001 == pages.ended.get(timeout=60)[0]


def test_stop_tells_open_websockets_of_each_server_only(site):
    """The WebSockets of another server in the process stay open."""
    from robot_cherrypy.tests.websocket.conftest import Site

    other = Site(site.server.launch.kind)
    try:
        with connect(site.ws + "/echo") as stays:
            other.server.stop()
            stays.send("still here")
            assert "still here" == stays.receive(timeout=60)
    finally:
        other.server.stop()


def counts():
    """Return how many file descriptors there are, and how many threads of page handlers."""
    names = [thread.name for thread in threading.enumerate()]
    return len(list(Path("/proc/self/fd").iterdir())), names.count("WebSocket")


@pytest.mark.timeout(600)  # many connections on a busy machine
def test_many_cycles_leave_nothing(site):
    """After 500 connections there are no more file descriptors and threads than before."""
    for _ in range(20):
        with connect(site.ws + "/echo", timeout=60):
            pass
    before = counts()
    for number in range(500):
        path = "/echo" if number % 2 else "/plain_echo"
        with connect(site.ws + path, timeout=60) as client:
            client.send("x")
            assert "x" == client.receive(timeout=60)
    deadline = time.monotonic() + 60
    while counts() > before and time.monotonic() < deadline:
        with connect(site.ws + "/echo", timeout=60):
            pass
    assert counts() <= before
