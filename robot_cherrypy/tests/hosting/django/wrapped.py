"""Django's handlers in applications that wrap them, as projects have them."""

import functools

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

from robot_cherrypy.tests.hosting.django.conftest import SETTINGS

if not settings.configured:
    raise RuntimeError(f"Django has to be set up for {SETTINGS}.")

_wsgi = get_wsgi_application()
_asgi = get_asgi_application()


class ProtocolTypeRouter:
    """As that of Channels: chooses an application by the type of the scope."""

    def __init__(self, application_mapping):
        self.application_mapping = application_mapping

    async def __call__(self, scope, receive, send):
        await self.application_mapping[scope["type"]](scope, receive, _marking(send))


class Slots:
    """As Sentry's middleware: keeps what it wraps in a slot."""

    __slots__ = ("application",)

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        return self.application(environ, _marked(start_response))


def _marked(start_response):
    def start(status, headers, *error):
        return start_response(status, [*headers, ("X-Wrapped", "yes")], *error)

    return start


def _marking(send):
    async def send_marked(message):
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"X-Wrapped", b"yes")]}
        await send(message)

    return send_marked


def function(environ, start_response):
    """Call a handler that is a global."""
    return _wsgi(environ, _marked(start_response))


def _closure(application):
    @functools.wraps(application)
    def wrapper(environ, start_response):
        return application(environ, _marked(start_response))

    return wrapper


async def coroutine(scope, receive, send):
    """Call a handler that is a global."""
    await _asgi(scope, receive, _marking(send))


router = ProtocolTypeRouter({"http": _asgi})
slots = Slots(_wsgi)
closure = _closure(_wsgi)
static = Slots(StaticFilesHandler(_wsgi))


class Dispatcher:
    """An application that has Django below one of its paths, and static files of its own."""

    def __init__(self):
        self.mounts = {"/books": _wsgi}

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"my own"]


dispatcher = Dispatcher()
