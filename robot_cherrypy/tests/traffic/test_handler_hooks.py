"""The function that answered a request is known, whatever stands around it or in its place."""

import contextlib
import functools
import inspect
import threading
import time
from pathlib import Path

import cherrypy
import django
import flask
import flask.views
import pytest
import requests
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from django.views import View
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from robot_cherrypy.harness.registry import new_server
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.traffic.journal import JOURNAL


def decorated(function):
    """A decorator as it should be."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def carelessly_decorated(function):
    """A decorator that hides what it decorates."""

    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    wrapper.exposed = True
    return wrapper


def refuse():
    """A tool that refuses the request."""
    raise cherrypy.HTTPError(403)


def redirect():
    """A tool that sends the client elsewhere."""
    raise cherrypy.HTTPRedirect("/")


def fail():
    """A tool with a mistake."""
    raise LookupError("no such thing")


def answer():
    """A tool that answers instead of the page handler."""
    cherrypy.response.body = b"done"
    return True


def hide_handler():
    """A tool that replaces the page handler by a function of its own."""
    inner = cherrypy.request.handler

    def handler(*args, **kwargs):
        return inner(*args, **kwargs)

    cherrypy.request.handler = handler


TOOLS = cherrypy.tools
TOOLS.test_refuse = cherrypy.Tool("before_handler", refuse)
TOOLS.test_redirect = cherrypy.Tool("on_start_resource", redirect)
TOOLS.test_fail = cherrypy.Tool("before_handler", fail)
TOOLS.test_answer = cherrypy._cptools.HandlerTool(answer)
TOOLS.test_hide = cherrypy.Tool("before_handler", hide_handler, priority=90)


class Callable:
    """A page handler that is an object."""

    exposed = True

    def __call__(self):
        return "called"


class Root:
    """Page handlers with all kinds of things around them."""

    object = Callable()
    files = TOOLS.staticdir.handler(section="/files", root=str(Path(__file__).parent), dir=".")

    @cherrypy.expose
    def index(self):
        return "fine"

    @cherrypy.expose
    @decorated
    def wrapped(self):
        return "fine"

    @carelessly_decorated
    def hidden(self):
        return "fine"

    @cherrypy.expose
    @TOOLS.json_out()
    @TOOLS.encode()
    @TOOLS.test_hide()
    def json(self):
        return {}

    @cherrypy.expose
    @TOOLS.json_in()
    def read(self):
        return "fine"

    @cherrypy.expose
    @TOOLS.test_refuse()
    def secret(self):
        return "fine"

    @cherrypy.expose
    @TOOLS.test_redirect()
    def moved(self):
        return "fine"

    @cherrypy.expose
    @TOOLS.test_fail()
    def broken(self):
        return "fine"

    @cherrypy.expose
    @TOOLS.test_answer()
    def answered(self):
        return "fine"

    @cherrypy.expose
    def missing(self):
        raise cherrypy.NotFound


@pytest.fixture(params=["threaded", "async"])
def kind(request):
    """One kind of server, then the other."""
    return request.param


@pytest.fixture
def started(kind):
    """Starts an application on a server of the kind."""
    with contextlib.ExitStack() as stack:

        def start(name, isolation):
            launch = Launch(
                application=f"{__name__}:{name}",
                alias=name,
                kind=kind,
                isolation=isolation,
                configuration={"/": {"request.show_tracebacks": False}},
            )
            server = new_server(launch)
            stack.callback(server.stop)
            server.start()
            return server

        yield start


def recorded(server, path):
    """What was recorded of a request, once it has ended; a child process reports it some later."""
    start = time.monotonic()
    requests.get(server.url + path, timeout=60, allow_redirects=False)
    while time.monotonic() < start + 60:
        for exchange in JOURNAL.exchanges_since(start):
            if exchange.path == path and exchange.ended:
                return exchange
        threading.Event().wait(0.01)
    raise AssertionError(f"{path} was not recorded")


def line_of(function):
    """The number of the line with the `def` of a function."""
    lines, first = inspect.getsourcelines(function)
    return next(
        n for n, line in enumerate(lines, first) if line.lstrip().startswith(("def ", "async def "))
    )


@pytest.mark.parametrize("isolation", ["thread", "process"])
def test_page_handlers_and_what_answered_in_their_place(started, isolation):
    """Decorators, tools and wrappers are looked through, on both servers and in child processes."""
    server = started("Root", isolation)
    names = ("index", "wrapped", "json", "read", "missing")
    found = {name: recorded(server, f"/{name}") for name in names}
    assert {name: f"{__name__}.Root.{name}" for name in names} == {
        name: exchange.handler.name for name, exchange in found.items()
    }
    assert {None} == {exchange.stand_in for exchange in found.values()}
    wrapped = found["wrapped"].handler
    assert (__file__, line_of(Root.wrapped)) == (wrapped.file, wrapped.line)
    assert f"{__name__}.Root.hidden" == recorded(server, "/hidden").handler.name
    assert f"{__name__}.Callable.__call__" == recorded(server, "/object").handler.name
    in_place = {"secret": refuse, "moved": redirect, "broken": fail, "answered": answer}
    for name, function in in_place.items():
        exchange = recorded(server, f"/{name}")
        assert f"{__name__}.Root.{name}" == exchange.handler.name
        assert f"{__name__}.{function.__name__}" == exchange.stand_in.name
        assert (__file__, line_of(function)) == (exchange.stand_in.file, exchange.stand_in.line)
    assert b"403" in recorded(server, "/secret").raw_response_body
    assert b"" == recorded(server, "/index").raw_response_body
    assert "cherrypy.lib.static.staticdir" == recorded(server, "/files").handler.name
    nowhere = recorded(server, "/nowhere")
    assert nowhere.handler is nowhere.stand_in is None


flask_application = flask.Flask(__name__)


@flask_application.get("/")
@decorated
def flask_view():
    """A view that is a function."""
    return "fine"


class FlaskView(flask.views.MethodView):
    """A view that is a class."""

    def get(self):
        return "fine"


flask_application.add_url_rule("/class", view_func=FlaskView.as_view("class"))


def django_view(_request):
    """A view that is a function."""
    return HttpResponse("fine")


class DjangoView(View):
    """A view that is a class."""

    def get(self, _request):
        return HttpResponse("fine")


urlpatterns = [path("", django_view), path("class", DjangoView.as_view())]


def django_application():
    """Django without a project of its own."""
    if not settings.configured:
        settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="s" * 50)
        django.setup()
    return get_wsgi_application()


fastapi_application = FastAPI()


@fastapi_application.get("/")
async def fastapi_route():
    """A route that is a coroutine."""
    return "fine"


@fastapi_application.get("/class")
def plain_route():
    """A plain route, which runs on a thread."""
    return "fine"


async def starlette_route(_request):
    """A route of Starlette."""
    return PlainTextResponse("fine")


starlette_application = Starlette(
    routes=[Route("/", starlette_route), Mount("/inner", routes=[Route("/a", starlette_route)])]
)

VIEWS = {
    "django_application": ("/class", "DjangoView.get", DjangoView.get),
    "fastapi_application": ("/class", "plain_route", plain_route),
    "flask_application": ("/class", "FlaskView.get", FlaskView.get),
    "starlette_application": ("/inner/a", "starlette_route", starlette_route),
}
# Django can be set up once in a process, which is another test's here.
CASES = [
    (name, isolation)
    for name in VIEWS
    for isolation in ("thread", "process")
    if (name, isolation) != ("django_application", "thread")
]


@pytest.mark.parametrize(("application", "isolation"), CASES)
def test_views_of_hosted_frameworks(started, application, isolation):
    """Their views are known though CherryPy does not call them."""
    server = started(application, isolation)
    path, name, function = VIEWS[application]
    handler = recorded(server, path).handler
    assert f"{__name__}.{name}" == handler.name
    assert (__file__, line_of(function)) == (handler.file, handler.line)
    assert recorded(server, "/nowhere").handler is None
