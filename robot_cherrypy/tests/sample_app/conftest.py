"""A server around each echo application, and a browser."""

import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree
from cherrypy._cpwsgi_server import CPWSGIServer
from selenium import webdriver

from sample_app.echo import Echo

BODY_LIMIT = 1_000_000


def _threaded(settings, tree):
    server = CPWSGIServer(settings)
    server.wsgi_app = tree
    server.expiration_interval = 0.02
    return server


@contextmanager
def _serving(application, mount, make_server=_threaded):
    tree, settings = Tree(), Server()
    tree.mount(application, mount)
    settings.socket_host, settings.socket_port = "127.0.0.1", 0
    settings.max_request_body_size = BODY_LIMIT
    server = make_server(settings, tree)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}{mount}"
    finally:
        server.stop()
        thread.join()


@pytest.fixture(scope="package", params=["", "/below/here"], ids=["at the root", "below a path"])
def echo_url(request):
    """Return the address of the echo application, which has to work wherever it is mounted."""
    with _serving(Echo(), request.param) as url:
        yield url


@pytest.fixture(scope="package")
def browser():
    """Return one headless browser for all tests."""
    options = webdriver.ChromeOptions()
    shell = Path("/usr/lib/chromium/chromium-headless-shell")
    options.binary_location = str(shell if shell.exists() else shutil.which("chromium"))
    for argument in "--headless", "--no-sandbox":
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()
