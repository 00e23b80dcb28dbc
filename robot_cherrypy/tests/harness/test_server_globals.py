"""Settings of one server do not reach another of the same process."""

import cherrypy
import pytest
import requests

from robot_cherrypy.errors import ServerError
from robot_cherrypy.tests.harness.conftest import get


class Settings:
    """Shows what a request sees of the configuration."""

    @cherrypy.expose
    def index(self, **_fields):
        """Return what is configured for the request."""
        return str(cherrypy.request.config.get("tools.own.of", "nothing"))

    @cherrypy.expose
    def read(self):
        """Return what an application reads itself."""
        return str(cherrypy.config.get("shop.name"))


ROOT = f"{__name__}:Settings"


def with_globals(**entries):
    """Return a configuration with global entries."""
    return {"global": {name.replace("_", "."): value for name, value in entries.items()}}


def limited(size):
    """Return a configuration with a limit for bodies."""
    return {"global": {"server.max_request_body_size": size}}


def status_of_upload(server):
    """Return the status of the response to a body of 20 bytes."""
    return requests.post(server.url, data={"text": "x" * 15}, timeout=60).status_code


@pytest.mark.parametrize("first_stops", [False, True])
def test_second_server_has_its_own_settings(launch, kind, first_stops):
    """Neither while the first runs nor after it has stopped."""
    first = launch(ROOT, kind=kind, alias="first", configuration=limited(10))
    launch(ROOT, kind=kind, alias="between")
    if first_stops:
        first.stop()
    else:
        assert 413 == status_of_upload(first)
    assert 200 == status_of_upload(launch(ROOT, kind=kind, alias="second"))


def test_requests_have_the_configuration_of_their_server(launch, kind):
    """Also where both servers set the same."""
    first = launch(ROOT, kind=kind, alias="first", configuration=with_globals(tools_own_of="one"))
    second = launch(ROOT, kind=kind, alias="second")
    third = launch(ROOT, kind=kind, alias="third", configuration=with_globals(tools_own_of="three"))
    assert ["one", "nothing", "three"] == [get(each) for each in (first, second, third)]
    third.stop()
    assert ["one", "nothing"] == [get(each) for each in (first, second)]
    first.stop()
    assert "nothing" == get(second)


def test_applications_read_what_all_have_set(launch, kind):
    """An application goes on reading its own entries when another server starts."""
    first = launch(ROOT, kind=kind, alias="first", configuration=with_globals(shop_name="mine"))
    launch(ROOT, kind=kind, alias="second")
    assert "mine" == get(first, "/read")


def test_failed_start_leaves_nothing(launch, kind):
    """A later server does not have its certificate."""
    launch(ROOT, kind=kind, alias="first")
    with pytest.raises(ServerError):
        launch(
            ROOT,
            kind=kind,
            alias="failed",
            configuration={"global": {"server.ssl_certificate": "/missing"}},
        )
    assert launch(ROOT, kind=kind, alias="later").url.startswith("http:")


def test_port_opens_again_with_the_settings_of_its_server(launch, kind):
    """And not with those of the server that was started last."""
    first = launch(ROOT, kind=kind, alias="first", configuration=limited(10))
    launch(ROOT, kind=kind, alias="second")
    first.refuse_connections()
    first.accept_connections()
    assert 413 == status_of_upload(first)
