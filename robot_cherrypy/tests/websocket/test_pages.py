"""WebSocket pages on both servers: the handshake, messages, closing."""

import asyncio
import contextlib
import json
import threading

import pytest
import requests

from robot_cherrypy.tests.websocket import pages
from robot_cherrypy.tests.websocket.conftest import frame
from robot_cherrypy.websocket import Closed, ConnectionRefused, connect, connect_async, websocket

pytestmark = pytest.mark.timing


def closing(client):
    """Wait until a client is closed; return code and reason."""
    with pytest.raises(Closed) as closed:
        client.receive(timeout=60)
    return closed.value.code, closed.value.reason


def refusal(url, **options):
    """Try to connect; return the error."""
    with pytest.raises(ConnectionRefused) as refused, connect(url, **options):
        pass
    return refused.value


@pytest.mark.parametrize("path", ["/echo", "/plain_echo"])
@pytest.mark.parametrize("message", ["", "Grüße", b"", b"\x00\xff", "x" * 10**5, b"y" * 10**6])
def test_echo(site, path, message):
    """Coroutines and plain page handlers receive and send text and bytes."""
    with connect(site.ws + path) as client:
        client.send(message)
        assert message == client.receive(timeout=60)


@pytest.mark.parametrize("path", ["/echo", "/plain_echo"])
def test_many_at_once(site, path):
    """More WebSockets than the server has threads are open, and other pages are served."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(site.ws + path)) for _ in range(25)]
        for number, client in enumerate(clients):
            client.send(str(number))
        assert [str(n) for n in range(25)] == [client.receive(timeout=60) for client in clients]
        assert "An ordinary page" == requests.get(site.url, timeout=60).text


def test_asyncio_client(site):
    """The client for coroutines connects, sends and receives."""

    async def talk():
        async with connect_async(site.ws + "/echo", subprotocols=["salad"]) as client:
            await client.send("hello")
            return client.subprotocol, await client.receive()

    assert ("salad", "hello") == asyncio.run(talk())


def test_arguments(site):
    """Path and query become arguments of the page handler."""
    with connect(site.ws + "/greet/Ada?greeting=Hi") as client:
        assert "Hi, Ada!" == client.receive(timeout=60)
        assert (1000, "") == closing(client)


@pytest.mark.parametrize("path", ["/greet", "/greet/a/b/c", "/greet/Ada?nonsense=1", "/nowhere"])
def test_wrong_arguments(site, path):
    """Path and query that do not fit the page handler are a 404."""
    assert 404 == refusal(site.ws + path).status


@pytest.mark.parametrize("path", ["/refuse", "/plain_refuse"])
def test_refusal_by_the_handler(site, path):
    """An HTTPError that a page handler raises before it uses its WebSocket is the response."""
    refused = refusal(f"{site.ws}{path}?status=402")
    assert (402, True) == (refused.status, "Not for you" in refused.body)


def test_redirect(site):
    """An HTTPRedirect is the response, too."""
    response = requests.get(
        site.url + "/move",
        headers={
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version": "13",
        },
        allow_redirects=False,
        timeout=60,
    )
    assert (303, site.url + "/echo") == (response.status_code, response.headers["Location"])


def test_error_before(site):
    """Any other error before the first use is a 500."""
    assert 500 == refusal(site.ws + "/break_early").status


@pytest.mark.parametrize("path", ["/break_late", "/plain_break_late"])
def test_error_after(site, path):
    """An error after the first use closes with 1011."""
    with connect(site.ws + path) as client:
        client.send("go")
        assert (1011, "") == closing(client)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("code=1000", (1000, "")),
        ("code=3001&reason=Tsch%C3%BC%C3%9F", (3001, "Tschüß")),
        ("code=4999", (4999, "")),
        ("code=1005", (1011, "")),
        ("code=999", (1011, "")),
        ("code=1000&reason=" + "x" * 124, (1011, "")),
    ],
)
def test_close_by_the_page(site, query, expected):
    """The page chooses code and reason; what the RFC does not allow is a ValueError."""
    with connect(f"{site.ws}/close?{query}") as client:
        client.send("go")
        assert expected == closing(client)


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1001, "away"), (3999, "why not")])
def test_close_by_the_client(site, code, reason):
    """The page is told the code and the reason of the client."""
    with connect(site.ws + "/recorded") as client:
        client.send("x")
        client.close(code, reason)
    assert (code, reason) == pages.ended.get(timeout=60)


def test_subprotocol(site):
    """The first of the page's subprotocols that the client offers is chosen, if there is any."""
    chosen = []
    for offered in (["salad", "soup"], ["salad"], ["pizza"], []):
        with connect(site.ws + "/echo", subprotocols=offered) as client:
            chosen.append(client.subprotocol)
    assert ["soup", "salad", None, None] == chosen


def test_tools_run_first(site):
    """Tools run before the page handler: it is called for who logged in, and sees the name."""
    assert 401 == refusal(site.ws + "/private").status
    with connect(site.ws.replace("://", "://ada:ada@") + "/private") as client:
        assert "ada" == client.receive(timeout=60)


def test_session(site):
    """The session is there, and what is set before the first use is saved."""
    with connect(site.ws + "/visits") as client:
        cookie = client.response_headers["Set-Cookie"].partition(";")[0]
        first = client.receive(timeout=60)
    with connect(site.ws + "/visits", headers={"Cookie": cookie}) as client:
        assert ["1", "2"] == [first, client.receive(timeout=60)]


def test_response_headers(site):
    """A cookie may be set with the response to the handshake."""
    with connect(site.ws + "/cookie") as client:
        assert "flavour=vanilla" == client.response_headers["Set-Cookie"]


def test_request_of_each(site):
    """Each page handler sees its own request, although many take turns on one thread."""
    with connect(site.ws + "/path") as first, connect(site.ws + "/path/") as second:
        received = []
        for _ in range(3):
            for client in (first, second):
                client.send("?")
                received.append(client.receive(timeout=60))
    assert ["/path /path", "/path/ /path/"] * 3 == received


def test_request_on_a_thread(site):
    """A plain page handler sees its request on its own thread."""
    with connect(site.ws + "/plain_path") as client:
        client.send("?")
        assert "/plain_path WebSocket" == client.receive(timeout=60)


def test_timeout(site):
    """A plain page handler may receive with a time-out."""
    with connect(site.ws + "/impatient") as client:
        assert "Too slow" == client.receive(timeout=60)


def test_configuration(site):
    """Options may be set in the configuration."""
    with connect(site.ws + "/configured") as client:
        assert "Sec-WebSocket-Extensions" not in client.response_headers
        client.send("x" * 11)
        assert (1009, "the message is too big") == closing(client)


def test_ordinary_request(site):
    """A request that is no handshake gets a 426."""
    response = requests.get(site.url + "/echo", timeout=60)
    assert 426 == response.status_code


@pytest.mark.parametrize(
    ("path", "origin", "accepted"),
    [
        ("/echo", None, True),
        ("/echo", "own", True),
        ("/echo", "http://evil.example", False),
        ("/echo", "null", False),
        ("/echo", "http://[::1", False),
        ("/friends", "https://friend.example", True),
        ("/friends", "own", True),
        ("/friends", "http://friend.example", False),
        ("/everybody", "http://evil.example", True),
    ],
)
def test_origin(site, path, origin, accepted):
    """A page of another site may connect only where `origins` has it."""
    options = {} if origin is None else {"origin": site.url if origin == "own" else origin}
    if accepted:
        with connect(site.ws + path, **options):
            pass
    else:
        assert 403 == refusal(site.ws + path, **options).status


def test_log_of_an_error(site, caplog):
    """An error in a WebSocket is logged with its traceback."""
    with connect(site.ws + "/break_late") as client:
        client.send("go")
        closing(client)
    messages = [f"{record.getMessage()} {record.exc_text}" for record in caplog.records]
    (message,) = [message for message in messages if "Error in a WebSocket" in message]
    assert "ZeroDivisionError" in message


def test_unknown_option():
    """An option that does not exist is refused when the page is made."""
    with pytest.raises(TypeError, match="max_mesage"):
        websocket(max_mesage=1)


def test_handler_without_websocket():
    """A page handler that takes no WebSocket is refused when the page is made."""

    def handler(self):
        pass

    with pytest.raises(TypeError, match="takes no WebSocket"):
        websocket(handler)


def test_function_as_page(site):
    """A function that is no method may be a page handler."""

    @websocket
    async def shout(ws, text):
        await ws.send(text.upper())

    shout.exposed = True
    site.pages.shout = shout
    with connect(site.ws + "/shout?text=hey") as client:
        assert "HEY" == client.receive(timeout=60)


def test_two_receivers(serve):
    """The second of two tasks that wait for messages of one WebSocket gets an error."""
    errors = []

    async def both(ws):
        tasks = [asyncio.create_task(ws.receive()) for _ in range(2)]
        await ws.send("ready")
        results = await asyncio.gather(*tasks, return_exceptions=True)
        errors.extend(result for result in results if isinstance(result, RuntimeError))
        await ws.send("done")

    with connect(serve(both)) as client:
        assert "ready" == client.receive(timeout=60)
        client.send("x")
        assert "done" == client.receive(timeout=60)
    assert ["Two tasks wait for messages of the same WebSocket."] == list(map(str, errors))


def test_both_directions_at_once(serve):
    """A page may send from one task while another receives."""

    async def stream(ws):
        async def count():
            for number in range(100):
                await ws.send(str(number))

        counting = asyncio.create_task(count())
        echoed = json.loads(await ws.receive())
        await counting
        await ws.send(json.dumps(echoed))

    with connect(serve(stream)) as client:
        client.send("[1]")
        received = [client.receive(timeout=60) for _ in range(101)]
    assert "[1]" == received[-1]
    assert [str(number) for number in range(100)] == received[:-1]


def test_sending_only(serve, raw):
    """A page that only sends is told at once that its client closed."""

    async def ticker(ws):
        try:
            while True:
                await ws.send("tick")
                await asyncio.sleep(0.01)
        finally:
            pages.ended.put(ws.code)

    serve(ticker)
    client = raw("/page")
    client.frame()
    client.send(frame(8, b"\x03\xe8"))
    assert 1000 == client.close_code()
    assert 1000 == pages.ended.get(timeout=60)


def test_response_after_the_close_frame(serve, raw):
    """A page may still respond to messages that came before the client's close frame."""

    async def late(ws):
        async for message in ws:
            await asyncio.sleep(0.05)
            await ws.send(message)

    serve(late)
    client = raw("/page")
    client.send(frame(1, b"one") + frame(1, b"two") + frame(8, b"\x03\xe8"))
    assert [(1, b"one"), (1, b"two")] == [client.frame(), client.frame()]
    assert 1000 == client.close_code()


def test_threads_of_one_websocket(serve):
    """Several threads may send on the WebSocket of one plain page handler."""

    def many(ws):
        threads = [threading.Thread(target=ws.send, args=("x",)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    with connect(serve(many)) as client:
        assert ["x"] * 20 == list(client)
