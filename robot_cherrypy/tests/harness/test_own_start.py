"""Applications that bring their own start are served by the server under test, and only by it."""

import pytest
import requests

from robot_cherrypy.errors import ServerError
from robot_cherrypy.tests.harness.conftest import get
from robot_cherrypy.traffic.journal import JOURNAL

OWN = "sample_app.own_start"
AROUND = "sample_app.around_tree"


@pytest.fixture(params=["thread", "process"])
def isolation(request):
    """Each isolation of servers."""
    return request.param


@pytest.mark.parametrize(
    "application",
    ["blocks", "starts_the_server", "exits", "starts_the_server_later", "returns_the_tree"],
)
def test_own_start(launch, kind, isolation, application):
    """It starts nothing and blocks nothing: port 1 could not even be bound by most users."""
    server = launch(f"{OWN}:{application}", kind=kind, isolation=isolation)
    assert "hello" == get(server)
    assert () == server.stop().errors


def test_listener_that_is_subscribed_while_starting_is_called_at_the_stop(launch, kind):
    """Else the threads of such a plugin would keep the process from ending."""
    from sample_app.own_start import LATE

    launch(f"{OWN}:subscribes_while_starting", kind=kind).stop()
    assert "start" == LATE.events[0]
    assert {"stop", "clean up"} == set(LATE.events[1:])


def test_error_of_a_listener_is_told_without_a_log(launch, kind, isolation):
    """The environment `production` shows nothing on the screen."""
    seen = len(JOURNAL.new_errors)
    with pytest.raises(ServerError, match=r"fails\.<locals>\.connect raised ValueError: no data"):
        launch(f"{OWN}:fails", kind=kind, isolation=isolation)
    assert [] == list(JOURNAL.new_errors)[seen:]


@pytest.mark.parametrize("attribute", ["application", "middleware"])
def test_tree_as_the_application(launch, kind, isolation, attribute):
    """A module is imported once, and the tree that it knows is that of the first server."""
    for _start in range(2 if isolation == "thread" else 1):
        server = launch(f"{AROUND}:{attribute}", kind=kind, isolation=isolation)
        for path in ("/", "/below/"):
            response = requests.get(f"{server.url}{path}", timeout=60)
            assert "hello" == response.text
            assert (attribute == "middleware") == ("X-Middleware" in response.headers)


def test_own_end_is_not_that_of_another_server(launch, kind):
    """`engine.exit()` after `block()` is called while the application is made."""
    first = launch(f"{OWN}:returns_the_tree", kind=kind)
    launch(f"{OWN}:blocks", kind=kind)
    assert first.end_reason is None
    assert "hello" == get(first)
