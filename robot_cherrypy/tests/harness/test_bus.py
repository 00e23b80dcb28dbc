"""Listeners on the bus in a process that CherryPy does not own."""

import cherrypy
import pytest

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import bus


class Plugin:
    """A plugin that notes which of its listeners are called."""

    def __init__(self, calls):
        self.calls = calls

    def start(self):
        self.calls.append("start")

    def stop(self):
        self.calls.append("stop")

    def fail(self):
        raise RuntimeError("out of order")

    def subscriptions(self):
        """Return its listeners as they would be subscribed."""
        return frozenset(
            {
                bus.Subscription("start", self.start, 50),
                bus.Subscription("stop", self.stop, 50),
            }
        )


@pytest.fixture
def plugin():
    """A plugin with no calls yet."""
    return Plugin([])


def test_listener_is_started_with_its_first_server_only(plugin):
    """The second server that has the same listener does not call it again."""
    listeners = bus.SharedListeners()
    first = listeners.acquire(plugin.subscriptions())
    second = listeners.acquire(plugin.subscriptions())
    assert [plugin.start] == [subscription.listener for subscription in first]
    assert frozenset() == second


def test_listener_is_stopped_with_its_last_server_only(plugin):
    """The first server that stops leaves the listener to the other one."""
    listeners = bus.SharedListeners()
    for _ in range(2):
        listeners.acquire(plugin.subscriptions())
    assert frozenset() == listeners.release(plugin.subscriptions())
    assert plugin.subscriptions() == listeners.release(plugin.subscriptions())


def test_listeners_are_called_around_the_server(plugin):
    """Those with the priority of CherryPy's server come after it, as they do on its bus."""
    late = bus.Subscription("start", plugin.stop, 75)
    some = plugin.subscriptions() | {late, bus.Subscription("start", cherrypy.server.start, 75)}
    before, after = bus.around_server(some, "start")
    assert [plugin.start] == [subscription.listener for subscription in before]
    assert [late] == after


def test_error_of_a_listener_names_it(plugin):
    """The message says which listener of which channel raised what."""
    with pytest.raises(ServerError) as caught:
        bus.call([bus.Subscription("start", plugin.fail, 50)])
    assert "The start listener Plugin.fail raised RuntimeError: out of order" == str(caught.value)


def test_all_listeners_are_called_whatever_they_raise(plugin):
    """An error of one does not keep the others from being called."""
    failing = bus.Subscription("stop", plugin.fail, 10)
    errors = bus.call_all([failing, bus.Subscription("stop", plugin.stop, 50), failing])
    assert 2 == len(errors)
    assert ["stop"] == plugin.calls
