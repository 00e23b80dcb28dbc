"""What ASGI says of applications, for CherryPy as one: `aio.application`."""

import asyncio
import copy

import cherrypy
import pytest
from cherrypy._cptree import Tree

from robot_cherrypy import aio
from robot_cherrypy.hosting.asgi_mount import AsgiMount


class Root:
    """Pages of each kind."""

    @cherrypy.expose
    def index(self):
        return "plain"

    @cherrypy.expose
    def part(self, part):
        return part

    @cherrypy.expose
    async def coroutine(self):
        await asyncio.sleep(0)
        return "coroutine"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def streamed(self):
        yield "one"
        yield "two"


def wsgi(_environ, start_response):
    """A grafted application."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Mixed-Case", "1")])
    return [b"wsgi"]


async def hosted(scope, _receive, send):
    """An ASGI application in the tree, which has no lifespan."""
    if scope["type"] == "lifespan":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "query_string": b"",
    "headers": [(b"host", b"localhost")],
}


def called(scope):
    """Call the application with a scope, and return the messages that it sends."""
    tree = Tree()
    tree.mount(Root())
    tree.graft(wsgi, "/wsgi")
    tree.graft(AsgiMount(hosted, tree=tree, script_name="/hosted"), "/hosted")
    messages = []

    async def receive():
        if received:
            await asyncio.Event().wait()
        received.append(1)
        return {"type": "http.request"}

    async def send(message):
        messages.append(message)

    received = []
    asyncio.run(aio.application(tree)(scope, receive, send))
    return messages


@pytest.fixture(autouse=True)
def _installed(monkeypatch):
    """CherryPy is ready for coroutines, and quiet."""
    monkeypatch.setattr(cherrypy.log, "screen", False)
    aio.install()
    yield
    aio.uninstall()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/", b"plain"),
        ("/coroutine", b"coroutine"),
        ("/streamed", b"onetwo"),
        ("/wsgi", b"wsgi"),
        ("/wsgi/%2F", b"wsgi"),
        # Decoded already, as there is no `raw_path`.
        ("/hosted/%41", b"/hosted/%41"),
        ("/part/%41", b"%41"),
        ("/part/ä", "ä".encode()),
        ("/none", None),
    ],
)
def test_response_is_a_start_and_a_body(path, content):
    """Header names must be lowercased; the last message has no `more_body`."""
    first, *rest = called({**SCOPE, "path": path})

    assert "http.response.start" == first["type"]
    assert (404 if content is None else 200) == first["status"]
    for name, value in first["headers"]:
        assert isinstance(name, bytes)
        assert isinstance(value, bytes)
        assert name == name.lower()
    assert {"http.response.body"} == {message["type"] for message in rest}
    assert [False] == [more for m in rest if not (more := m.get("more_body", False))]
    assert content in (None, b"".join(message.get("body", b"") for message in rest))


def test_unknown_protocol_is_rejected():
    """Applications should actively reject any protocol that they do not understand."""
    with pytest.raises(ValueError, match="telepathy"):
        called({**SCOPE, "type": "telepathy", "path": "/"})


def test_scope_is_left_as_it_was():
    """Changes may leak upstream otherwise."""
    scope = {**SCOPE, "path": "/coroutine", "extensions": {}}
    before = copy.deepcopy(scope)

    called(scope)

    assert before == scope
