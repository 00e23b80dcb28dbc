"""The three ways in which an application is served."""

import contextlib
import time

import cherrypy
import pytest

from robot_cherrypy import aio
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.tests.aio.conftest import RunningServer, settings
from robot_cherrypy.tests.specifications import asgi_applications

TIMEOUT = 60


@contextlib.contextmanager
def hosted(reference, kind, settings=None):
    """Serve an application that is mounted on a tree, with settings of `cherrypy.server`."""
    server = InProcessServer(
        Launch(
            application=reference,
            alias=kind,
            kind=kind,
            configuration={"global": settings or {}},
        )
    )
    try:
        server.start()
        yield int(server.url.rpartition(":")[2])
    finally:
        server.stop()


@contextlib.contextmanager
def bare(application):
    """Serve an ASGI application by the asyncio server itself."""
    screen, cherrypy.log.screen = cherrypy.log.screen, False
    running = RunningServer(aio.HTTPServer(settings(), application))
    try:
        yield running.address[1]
    finally:
        running.stop()
        cherrypy.log.screen = screen


def served(reference, application, way):
    """Serve an application in one of the ways."""
    if way == "aio":
        return bare(application)
    return hosted(reference, "threaded" if way == "threads" else "async")


@pytest.fixture(scope="package", params=["aio", "threads", "asyncio"])
def way(request):
    """How an ASGI application is served: by `aio`, or hosted on threads or on asyncio."""
    return request.param


@pytest.fixture(scope="package")
def port(way):
    """The port of a server for the applications of `asgi_applications`."""
    reference = f"{asgi_applications.__name__}:application"
    with served(reference, asgi_applications.application, way) as number:
        yield number


@pytest.fixture(scope="package")
def certificate(certificate_files):
    """Settings with the files of a certificate."""
    chain, key = map(str, certificate_files)
    return {"server.ssl_certificate": chain, "server.ssl_private_key": key}


@pytest.fixture(autouse=True)
def notes():
    """What the applications note, which is forgotten before each test."""
    asgi_applications.NOTES.clear()
    asgi_applications.FAULTS.clear()
    return asgi_applications.NOTES


def eventually(condition):
    """Wait until something is true."""
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "It did not become true."
        time.sleep(0.005)
