"""The ASGI application under other ASGI servers, each in a process of its own."""

import contextlib
import socket
import subprocess
import sys
import time

import httpx
import pytest

pytestmark = pytest.mark.timing

APPLICATION = """
import asyncio
import cherrypy
from robot_cherrypy import aio

events = []
cherrypy.engine.subscribe("start", lambda: events.append("started"))
cherrypy.engine.subscribe("exit", lambda: print("exited", flush=True))


class Root:
    @cherrypy.expose
    async def index(self):
        await asyncio.sleep(0)
        return repr(events)

    @cherrypy.expose
    def plain(self, **fields):
        return repr(fields)

    @cherrypy.expose
    @cherrypy.tools.sessions()
    async def count(self):
        cherrypy.session["n"] = cherrypy.session.get("n", 0) + 1
        return str(cherrypy.session["n"])

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    async def streamed(self):
        for number in range(3):
            await asyncio.sleep(0)
            yield str(number)

    @cherrypy.expose
    async def forever(self):
        try:
            await asyncio.Event().wait()
        finally:
            events.append("cancelled")

    @cherrypy.expose
    def upload(self, file):
        with file.file as content:
            return str(len(content.read()))


cherrypy.config.update({"environment": "production", "log.screen": False})
cherrypy.tree.mount(Root())
app = aio.application()
"""
SERVERS = {
    "uvicorn": ["-m", "uvicorn", "--log-level", "critical", "--port", "{port}", "asgi_app:app"],
    "hypercorn": ["-m", "hypercorn", "--bind", "127.0.0.1:{port}", "asgi_app:app"],
    "granian": ["-m", "granian", "--interface", "asgi", "--port", "{port}", "asgi_app:app"],
}


@contextlib.contextmanager
def served_by(name, folder):
    """Serve the application with a server; yield a client and the server's process."""
    (folder / "asgi_app.py").write_text(APPLICATION)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, *(part.format(port=port) for part in SERVERS[name])]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_until_ready(process, client)
            yield client, process
    finally:
        process.terminate()
        process.communicate(timeout=20)


def wait_until_ready(process, client):
    """Wait until the server responds, as long as its process runs."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            client.get("/")
            return
        time.sleep(0.05)
    raise AssertionError(f"{process.args} did not start")


@pytest.mark.parametrize("name", SERVERS)
def test_other_servers_serve_it(name, tmp_path):
    """Pages, streams, sessions and uploads work; the engine starts and exits with the server."""
    with served_by(name, tmp_path) as (client, process):
        assert "['started']" == client.get("/").text
        assert "{'a': '1'}" == client.post("/plain", data={"a": "1"}).text
        assert ["1", "2"] == [client.get("/count").text for _ in range(2)]
        assert "012" == client.get("/streamed").text
        assert "1000000" == client.post("/upload", files={"file": b"x" * 1_000_000}).text
        assert 404 == client.get("/missing").status_code
        with pytest.raises(httpx.ReadTimeout):
            client.get("/forever", timeout=httpx.Timeout(60, read=2))
        assert has_seen(client, "['started', 'cancelled']")
        process.terminate()
        output, _ = process.communicate(timeout=20)
    assert "exited" in output


def has_seen(client, events):
    """Return whether the application reports these events in time."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if client.get("/").text == events:
            return True
    return False
