"""Why a request was refused is known, on both servers."""

import cherrypy
import pytest
import requests

from robot_cherrypy.harness.registry import new_server
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.traffic.journal import JOURNAL


class Members:
    """Has no page of its own."""


class Dispatching:
    """Finds its pages by itself."""

    def _cp_dispatch(self, vpath):
        return None


class Resource:
    """Has no marker for the method dispatcher."""

    def GET(self):  # noqa: N802 - the name of the method
        return ""


@cherrypy.expose
class Exposed(Resource):
    """One that has it."""


class Resources:
    """For the method dispatcher."""

    resource = Resource()
    marked = Exposed()


class Root:
    """Pages that refuse."""

    members = Members()
    dispatching = Dispatching()

    @cherrypy.expose
    def item(self, number):
        return number

    @cherrypy.expose
    def gone(self):
        raise cherrypy.HTTPError(410, "The offer has ended.")

    @cherrypy.expose
    def forbidden(self):
        raise cherrypy.HTTPError(403)

    @cherrypy.expose
    def unknown(self):
        raise cherrypy.NotFound

    @cherrypy.expose
    def fails(self):
        raise cherrypy.HTTPError(503, "Come back later")

    @property
    def broken(self):
        raise LookupError("never asked for")

    def hidden(self):
        return ""


REASONS = {
    "/itme": "Root has no page 'itme'. Did you mean 'item'?",
    "/nothing/at/all": "Root has no page 'nothing'",
    "/item": "Missing parameters: number",
    "/item/1/2": "path and parameters do not fit those of the function",
    "/hidden": "Root.hidden is not exposed: it needs @cherrypy.expose",
    "/hidden/1": "Root.hidden is not exposed: it needs @cherrypy.expose",
    "/members/": "Root.members has no page 'index'",
    "/dispatching/x": "",
    "/gone": "The offer has ended",
    "/forbidden": "",
    "/unknown": "",
    "/fails": "",
    "/rest/nothing": "Root.rest has no page 'nothing'",
    "/rest/resource": "Root.rest.resource is not exposed: its class needs @cherrypy.expose",
    "/rest/marked/1": "path and parameters do not fit those of the function",
}


@pytest.fixture(scope="module", params=["threaded", "async"])
def server(request):
    """A server with pages that refuse."""
    settings = {"/rest": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()}}
    Root.rest = Resources()
    launch = Launch(
        application=f"{__name__}:Root", alias="refusing", kind=request.param, configuration=settings
    )
    server = new_server(launch)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("path", REASONS)
def test_the_reason_is_known(server, path):
    """As far as CherryPy itself knows it; nobody knows what the application thinks."""
    response = requests.get(server.url + path, timeout=10)
    assert 400 <= response.status_code
    exchange = [each for each in JOURNAL.exchanges if each.path == path][-1]
    assert REASONS[path] == exchange.refusal.replace(f"{__name__}.", "")
    assert not [error for error in exchange.errors if error.type == "LookupError"]
