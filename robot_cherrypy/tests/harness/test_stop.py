"""How a server stops while requests are in flight."""

import asyncio
import contextlib
import itertools
import threading
import time

import cherrypy
import pytest
import requests

from robot_cherrypy.harness import server_thread

pytestmark = pytest.mark.timing

# What nobody stops by waiting for it, in seconds.
_FOREVER = 60


class Open:
    """Responses that do not end by themselves."""

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def events(self):
        cherrypy.response.headers["Content-Type"] = "text/event-stream"

        def events():
            for number in itertools.count():
                yield f"data: {number}\n\n".encode()
                time.sleep(0.05)

        return events()

    @cherrypy.expose
    def poll(self, name):
        while name:
            time.sleep(0.05)

    @cherrypy.expose
    async def wait(self, name):
        await asyncio.sleep(_FOREVER)
        return name


@pytest.fixture
def in_flight():
    """Return a function that begins a request and waits until the server has it in flight."""
    clients = []

    def begin(server, path):
        client = threading.Thread(target=_read, args=(f"{server.url}{path}",))
        clients.append(client)
        client.start()
        while path.partition("?")[0] not in [exchange.path for exchange in server.in_flight()]:
            time.sleep(0.01)
        while "events" in path and not server.in_flight()[0].streams:
            time.sleep(0.01)

    yield begin
    for client in clients:
        client.join()


def _read(url):
    with contextlib.suppress(requests.RequestException):  # the server has cut it
        _ = requests.get(url, timeout=_FOREVER).content


@pytest.mark.parametrize("isolation", ["thread", "process"])
@pytest.mark.parametrize("path", ["/events", "/poll/me", "/wait/me"])
def test_what_is_meant_to_stay_open_is_not_waited_for(
    launch, in_flight, monkeypatch, kind, isolation, path
):
    """It is cut at once, and not named."""
    if kind == "threaded" and path.startswith("/wait"):
        pytest.skip("coroutines need the asyncio server")
    monkeypatch.setattr(server_thread, "DRAIN", _FOREVER)
    server = launch(
        f"{__name__}:Open", kind=kind, isolation=isolation, long_polls=("/poll/*", "/wait/??")
    )
    in_flight(server, path)
    started = time.monotonic()
    assert () == server.stop().cut
    assert time.monotonic() - started < _FOREVER / 2


async def hosted(scope, receive, send):
    """Send an event, and look for the end of the request no more."""
    assert "http" == scope["type"]
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
    await asyncio.sleep(_FOREVER)


def test_a_hosted_application_is_not_waited_for(launch, in_flight, kind):
    """It is cancelled; its process would else be killed, which is an error of the stop."""
    server = launch(f"{__name__}:hosted", kind=kind, isolation="process")
    in_flight(server, "/events")
    stopped = server.stop()
    assert ((), ()) == (stopped.cut, stopped.errors)


@pytest.mark.parametrize("isolation", ["thread", "process"])
def test_only_other_requests_are_named(launch, in_flight, kind, isolation):
    """A request that should have ended is named, with its age, beside those that stay open."""
    server = launch(f"{__name__}:Open", kind=kind, isolation=isolation, long_polls=("/poll/it",))
    for path in ("/events", "/poll/it", "/poll/me"):
        in_flight(server, path)
    [named] = server.stop().cut
    assert named.startswith("GET /poll/me (")
