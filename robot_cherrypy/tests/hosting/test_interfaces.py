"""Applications are recognised however they are written."""

import functools
from wsgiref.validate import validator

import cherrypy
import pytest
import requests

from robot_cherrypy.hosting.interfaces import interface_of

TIMEOUT = 60


def wsgi(_environ, start_response):
    """Respond as WSGI has it."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"wsgi"]


async def asgi(_scope, _receive, send):
    """Respond as ASGI has it."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"asgi"})


def starred(application):
    """A decorator that neither names its arguments nor says what it wraps."""

    def wrapper(*args, **kwargs):
        return application(*args, **kwargs)

    return wrapper


def starred_coroutine(application):
    """The same, as a coroutine function."""

    async def wrapper(*args):
        await application(*args)

    return wrapper


class AppClass:
    """PEP 3333, "The Application/Framework Side"."""

    def __init__(self, _environ, start_response):
        self.start = start_response

    def __iter__(self):
        self.start("200 OK", [("Content-Type", "text/plain")])
        yield b"wsgi"


class SlotMiddleware:
    """As Sentry's: `__call__` is a slot that is filled by the constructor."""

    __slots__ = ("__call__", "app")

    def __init__(self, app):
        self.app = app
        self.__call__ = self._call

    async def _call(self, scope, receive, send):
        await self.app(scope, receive, send)


class StarredMiddleware:
    """An object that passes on what it gets."""

    def __init__(self, app):
        self.app = app

    def __call__(self, *args):
        return self.app(*args)


class Methods:
    """Applications that are methods."""

    def wsgi(self, environ, start_response):
        return wsgi(environ, start_response)

    async def asgi(self, scope, receive, send):
        await asgi(scope, receive, send)


def returns_coroutine(scope, receive, send):
    """A plain function that returns a coroutine."""
    return asgi(scope, receive, send)


def configured(_config, scope, receive, send):
    """An application after a `functools.partial`."""
    return asgi(scope, receive, send)


APPLICATIONS = {
    "wsgi": (wsgi, "wsgi"),
    "asgi": (asgi, "asgi"),
    "validator": (validator(wsgi), "wsgi"),
    "starred_wsgi": (starred(wsgi), "wsgi"),
    "starred_asgi": (starred(asgi), "asgi"),
    "starred_twice": (starred(starred(wsgi)), "wsgi"),
    "starred_coroutine": (starred_coroutine(asgi), "asgi"),
    "wraps": (functools.wraps(wsgi)(starred(wsgi)), "wsgi"),
    "app_class": (AppClass, "wsgi"),
    "slots": (SlotMiddleware(asgi), "asgi"),
    "starred_object": (StarredMiddleware(wsgi), "wsgi"),
    "starred_object_asgi": (StarredMiddleware(asgi), "asgi"),
    "bound_wsgi": (Methods().wsgi, "wsgi"),
    "bound_asgi": (Methods().asgi, "asgi"),
    "returns_coroutine": (returns_coroutine, "asgi"),
    "partial": (functools.partial(configured, {}), "asgi"),
}
globals().update({f"app_{name}": application for name, (application, _) in APPLICATIONS.items()})


@pytest.mark.parametrize("name", APPLICATIONS)
def test_application_is_recognised(name):
    """By its arguments, or by what it wraps."""
    application, interface = APPLICATIONS[name]

    assert interface == interface_of(application)


def factory(*args, **kwargs):
    """Make an application; its arguments are optional."""
    assert not args
    assert not kwargs
    return wsgi


def generator_factory():
    """Make one that is starred."""
    return starred(wsgi)


class Root:
    """A CherryPy application, which is callable by accident."""

    def __call__(self, *_args):
        return None


@pytest.mark.parametrize("other", [len, print, factory, Root, Root(), cherrypy, None, "text", int])
def test_other_object_is_not(other):
    """Whatever can be called otherwise."""
    assert interface_of(other) is None


@pytest.mark.parametrize("kind", ["threaded"], indirect=True)
@pytest.mark.parametrize("name", [f"app_{name}" for name in APPLICATIONS] + ["factory"])
def test_application_is_served(launch, name):
    """`Start Server` takes it for the application, and not for a factory of it."""
    server = launch(f"{__name__}:{name}")

    response = requests.get(server.url, timeout=TIMEOUT)
    interface = APPLICATIONS.get(name.removeprefix("app_"), (None, "wsgi"))[1]
    assert (200, interface) == (response.status_code, response.text)
