"""Applications of other frameworks are served on both servers."""

import gc
import threading

import pytest
import requests
from websockets.sync.client import connect

from robot_cherrypy.errors import ApplicationError, ServerError
from robot_cherrypy.hosting import mount
from robot_cherrypy.tests.hosting import frameworks

MODULE = frameworks.__name__
TIMEOUT = 60


def get(server, path="/", **options):
    """Return the response to a GET request."""
    return requests.get(f"{server.url}{path}", timeout=TIMEOUT, **options)


@pytest.fixture(autouse=True)
def events():
    """The events that the applications have appended."""
    frameworks.EVENTS.clear()
    return frameworks.EVENTS


@pytest.fixture(params=["flask", "fastapi"])
def application(request):
    """A WSGI and an ASGI application with the same pages."""
    return request.param


@pytest.mark.parametrize("path", ["/", "/below/here"])
def test_application_knows_where_it_is(launch, application, path):
    """It is given the path at which it is mounted."""
    server = launch(f"{MODULE}:{application}", mount=path)

    assert get(server, path).text.lower() == f"{application} at {path}"


def test_bodies_arrive_whole(launch, application):
    """Those with a length, those in chunks, and an empty one."""
    server = launch(f"{MODULE}:{application}")
    url = f"{server.url}/size"

    assert "200000" == requests.post(url, data=b"x" * 200_000, timeout=TIMEOUT).text
    assert "70002" == requests.post(url, data=iter([b"ab", b"c" * 70_000]), timeout=TIMEOUT).text
    assert "0" == requests.post(url, timeout=TIMEOUT).text


def test_coroutine_views_of_flask_read_the_body(launch):
    """They run on an event loop of their own, and wait for that of the server."""
    url = f"{launch(f'{MODULE}:flask').url}/size-later"

    assert "200000" == requests.post(url, data=b"x" * 200_000, timeout=TIMEOUT).text
    assert "70002" == requests.post(url, data=iter([b"ab", b"c" * 70_000]), timeout=TIMEOUT).text


def test_responses_are_streamed(launch, application):
    """In pieces, without a length."""
    response = get(launch(f"{MODULE}:{application}"), "/stream")

    assert "0\n1\n2\n" == response.text
    assert "Content-Length" not in response.headers


def test_paths_and_queries_are_decoded(launch):
    """As ASGI says: the path has neither percent signs nor UTF-8 bytes."""
    server = launch(f"{MODULE}:fastapi")

    assert "Ærø & wörd" == get(server, "/name/%C3%86r%C3%B8%20%26", params={"word": "wörd"}).text


def test_cherrypy_goes_on_beside_it(launch):
    """One tree has applications of all three frameworks."""
    server = launch(f"{MODULE}:Beside")
    server.mount(f"{MODULE}:fastapi", "/api", {})
    server.mount(f"{MODULE}:flask", "/shop", {})

    texts = [get(server, path).text for path in ("/", "/api", "/shop")]

    assert ["CherryPy", "FastAPI at /api", "Flask at /shop"] == texts


def test_lifespan_follows_the_server(launch, events):
    """The application starts up before the first request and shuts down with the server."""
    server = launch(f"{MODULE}:fastapi")
    assert ["up"] == events

    server.stop()

    assert ["up", "down"] == events


def test_lifespan_ends_when_the_application_is_taken_off(launch, events):
    """Its path is not found any more, and it is shut down."""
    server = launch(f"{MODULE}:Beside")
    server.mount(f"{MODULE}:fastapi", "/api", {})

    server.unmount("/api")

    assert ["up", "down"] == events
    assert 404 == get(server, "/api").status_code


def test_server_starts_again(launch, events):
    """The application of the same module starts up twice."""
    launch(f"{MODULE}:fastapi").stop()

    assert "FastAPI at /" == get(launch(f"{MODULE}:fastapi")).text
    assert ["up", "down", "up"] == events


def test_failed_startup_is_reported(launch):
    """The server does not start, and the error says why."""
    with pytest.raises(ServerError) as caught:
        launch(f"{MODULE}:failing")

    assert (
        "Server 'hosted' did not start: The application's startup failed: RuntimeError: no database"
    ) == str(caught.value)


def test_lifespan_need_not_be_known(launch):
    """An application that raises at the lifespan scope is served."""
    assert "plain" == get(launch(f"{MODULE}:without_lifespan")).text


def test_head_has_no_body(launch):
    """Even if the application sends one."""
    response = requests.head(launch(f"{MODULE}:without_lifespan").url, timeout=TIMEOUT)

    assert (200, "") == (response.status_code, response.text)


@pytest.mark.parametrize(("name", "path"), [("fastapi", "/broken"), ("silent", "/")])
def test_errors_become_500(launch, name, path):
    """An application that raises, or sends nothing, can still answer the next request."""
    server = launch(f"{MODULE}:{name}")

    assert [500, 500] == [get(server, path).status_code for _ in range(2)]


# cheroot's writer raises when it is collected, because it could not send all
# (`cheroot/makefile.py`).
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_client_may_disconnect(launch, events):
    """A response that nobody reads is ended."""
    server = launch(f"{MODULE}:fastapi")
    with get(server, "/endless", stream=True) as response:
        assert b"more" == next(response.iter_lines())

    server.stop()
    gc.collect()

    assert ["up", "left", "down"] == events


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # see above
def test_stream_whose_client_left_does_not_delay_a_stop(launch, events):
    """It ends before the application shuts down, with its generator, and nobody waits for it."""
    server = launch(f"{MODULE}:bare_stream")
    with get(server, stream=True) as response:
        assert b"more" == response.raw.read(4)
    # The asyncio server has noticed the end of that connection before it serves another.
    assert "short" == get(server, "/short").text
    gc.disable()
    try:
        server.requests_left_after(TIMEOUT if server.launch.kind == "threaded" else 0)
        stopped = server.stop()
    finally:
        gc.enable()

    assert () == stopped.cut
    assert ["up", "left", "down"] == events


def test_work_after_the_response_is_done(launch, events):
    """A background task is waited for when the server stops."""
    server = launch(f"{MODULE}:fastapi")
    assert "now" == get(server, "/later").text

    server.stop()

    assert ["up", "later", "down"] == events


@pytest.mark.parametrize("kind", ["async"], indirect=True)
@pytest.mark.parametrize("path", ["", "/below"])
def test_websockets_are_served(launch, path):
    """By the application itself, on the asyncio server."""
    server = launch(f"{MODULE}:fastapi", mount=path or "/")

    with connect(f"{server.url.replace('http', 'ws')}{path}/echo") as websocket:
        websocket.send("hello")
        assert "hello" == websocket.recv(TIMEOUT)


def test_no_thread_is_left(launch):
    """The thread of an event loop ends with its server."""
    before = set(threading.enumerate())

    server = launch(f"{MODULE}:fastapi")
    get(server)
    server.stop()

    assert set() == set(threading.enumerate()) - before


def test_something_else_is_refused():
    """An object that is neither WSGI nor ASGI cannot be mounted."""
    with pytest.raises(ApplicationError) as caught:
        mount(len)

    assert "is neither a WSGI nor an ASGI callable" in str(caught.value)
