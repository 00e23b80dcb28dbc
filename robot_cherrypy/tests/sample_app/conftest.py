"""A server around each echo application, and a browser."""

import pytest

from robot_cherrypy.browser import open_local
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch

BODY_LIMIT = 1_000_000

SERVED = {
    "threaded": ("Echo", "threaded", "/"),
    "threaded, below a path": ("Echo", "threaded", "/below/here"),
    "async": ("Echo", "async", "/"),
    "async, coroutines": ("AsyncEcho", "async", "/"),
}


@pytest.fixture(scope="package", params=SERVED.values(), ids=SERVED.keys())
def echo_url(request):
    """Return the address of an echo application, which has to work wherever it is mounted."""
    name, kind, mount = request.param
    limits = {"global": {"server.max_request_body_size": BODY_LIMIT}}
    launch = Launch(
        application=f"sample_app.echo:{name}",
        alias="echo",
        kind=kind,
        mount=mount,
        configuration=limits,
    )
    server = InProcessServer(launch)
    server.start()
    yield server.url + mount.rstrip("/")
    server.stop()


@pytest.fixture(scope="package")
def browser():
    """Return one headless browser for all tests."""
    driver = open_local()
    yield driver
    driver.quit()
