"""The servers that keywords use, by alias; none of them serves anything here."""

import pytest

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import registry
from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.registry import Servers, new_server
from robot_cherrypy.harness.remote_server import RemoteServer
from robot_cherrypy.harness.server import Launch, Stopped


class _Quiet:
    """A server that only says that it runs."""

    url = "http://127.0.0.1:1234"
    end_reason = None

    def start(self):
        """Do nothing."""

    def stop(self):
        return Stopped()

    def in_flight(self):
        return [f"GET / at {self.alias}"]

    def requests_left_after(self, timeout, except_paths=()):
        return [(self.alias, timeout, except_paths)]


class QuietThread(_Quiet, InProcessServer):
    """A server that would run in this process."""


class QuietChild(_Quiet, ChildProcessServer):
    """A server that would run in a child process."""


@pytest.fixture
def servers(monkeypatch):
    """A registry whose servers do nothing."""
    monkeypatch.setattr(registry, "InProcessServer", QuietThread)
    monkeypatch.setattr(registry, "ChildProcessServer", QuietChild)
    return Servers()


def launch(alias, **options):
    """Return a launch with little in it."""
    return Launch(application="shop.web:Root", alias=alias, configuration={}, **options)


def test_class_of_a_server_follows_from_its_isolation():
    """`process` is a server in a child process."""
    assert isinstance(new_server(launch("one")), InProcessServer)
    assert isinstance(new_server(launch("one", isolation="process")), ChildProcessServer)


def test_server_started_last_is_the_current_one(servers):
    """And the newest that is left becomes it when that one stops."""
    servers.start(launch("one"))
    servers.start(launch("two"))
    assert "two" == servers.get().alias
    servers.stop()
    assert "one" == servers.get().alias


def test_switching_returns_the_previous_alias(servers):
    """Keywords without an alias then use the other server."""
    servers.start(launch("one"))
    servers.start(launch("two"))
    assert "two" == servers.switch("one")
    assert "one" == servers.get().alias


def test_alias_of_the_same_application_is_numbered(servers):
    """A server without an alias is named after its application."""
    for _ in range(3):
        servers.start(launch(servers.free_alias(None, "shop.web:Root")))
    aliases = [server.alias for server in servers.started]
    assert ["shop.web:Root", "shop.web:Root 2", "shop.web:Root 3"] == aliases


def test_restart_keeps_port_isolation_and_current_server(servers):
    """The new server is launched as the old one was, on the port that it had."""
    servers.start(launch("one", isolation="process"))
    servers.start(launch("two"))
    server, stopped = servers.restart("one")
    assert (1234, "process") == (server.launch.port, server.launch.isolation)
    assert Stopped() == stopped
    assert "two" == servers.get().alias


def test_server_in_another_process_is_refused(servers):
    """The message says who needs what, and what else can be done."""
    servers.start(launch("child", isolation="process"))
    with pytest.raises(ServerError) as caught:
        servers.get_in_process("'Mount Application' needs", advice=" 'Restart Server' helps.")
    assert str(caught.value) == (
        "Server 'child' runs in another process: 'Mount Application' needs isolation=thread."
        " 'Restart Server' helps."
    )
    assert servers.get_child_process("'Kill Server' needs") is servers.get("child")
    assert [] == servers.started_in_process


def test_long_polls_are_those_of_all_servers(servers):
    """Also of servers elsewhere, whose requests are known from browsers."""
    servers.start(launch("one", long_polls=("/poll", "/wait/*")))
    servers.use(RemoteServer("shop", "https://shop.example", None, ("/poll", "/events")))
    assert ("/poll", "/wait/*", "/events") == servers.long_polls


class EndedJustNow(QuietChild):
    """A child process that ends while it is asked."""

    def in_flight(self):
        raise ServerError("it has ended")

    def requests_left_after(self, timeout, except_paths=()):
        raise ServerError("it has ended")


def test_what_is_in_flight_is_asked_of_servers_that_can_tell(servers):
    """One that runs elsewhere cannot be asked, and one that has ended has nothing in flight."""
    servers.use(RemoteServer("elsewhere", "https://shop.example", None))
    servers.use(EndedJustNow(launch("ended")))
    servers.start(launch("one"))
    servers.start(launch("two", isolation="process"))
    servers.start(launch("three")).is_stopped = True
    assert ["GET / at one", "GET / at two"] == servers.in_flight()
    left = servers.requests_left_after(-1, ("/poll",))
    assert [("one", 0, ("/poll",)), ("two", 0, ("/poll",))] == left
    assert ["elsewhere"] == [server.alias for server in servers.used_elsewhere]


def test_server_in_this_process_is_refused(servers):
    """The message says who needs what."""
    server = servers.start(launch("shop"))
    with pytest.raises(ServerError) as caught:
        servers.get_child_process("'Kill Server' needs", "shop")
    assert str(caught.value) == (
        "Server 'shop' runs in the process of the test: 'Kill Server' needs isolation=process."
    )
    assert [server] == servers.started_in_process


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        (None, "No server is running: use 'Start Server' first."),
        ("shop", "No server with alias 'shop' is running. Running: none."),
    ],
)
def test_unknown_server_is_refused(servers, alias, message):
    """The message says what runs."""
    with pytest.raises(ServerError) as caught:
        servers.get(alias)
    assert message == str(caught.value)


def test_end_is_told_once(servers):
    """A server that ended by itself is told with its reason, and not again when it is stopped."""
    servers.start(launch("shop")).end_reason = "it was tired"
    assert ["Server 'shop' has ended: it was tired."] == servers.unexpected_ends()
    servers.stop("shop")
    assert [] == servers.unexpected_ends()


def test_end_of_a_stopped_server_is_told(servers):
    """Stopping a server that has ended does not hide that it had."""
    servers.start(launch("shop")).end_reason = "it was tired"
    servers.stop("shop")
    assert ["Server 'shop' has ended: it was tired."] == servers.unexpected_ends()


def test_expected_end_is_not_told(servers):
    """The test said that the server was meant to end."""
    servers.start(launch("shop")).end_reason = "it was tired"
    servers.expect_end()
    assert [] == servers.unexpected_ends()


def test_end_just_before_a_stop_is_noticed_once(servers, monkeypatch):
    """The server had not ended when it was asked whether it had."""
    server = servers.start(launch("one", isolation="process"))
    monkeypatch.setattr(server, "stop", lambda: Stopped(end_reason="its process crashed"))
    servers.stop("one")
    assert servers.unexpected_ends() == ["Server 'one' has ended: its process crashed."]
    assert servers.unexpected_ends() == []
