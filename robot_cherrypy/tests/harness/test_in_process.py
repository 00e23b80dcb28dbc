"""Servers on threads of this process."""

import asyncio
import gc
import os
import resource
import threading
from pathlib import Path
from typing import ClassVar

import cherrypy
import pytest
import requests
from cherrypy.lib import sessions
from cherrypy.process import plugins, wspbus

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import bus
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.harness.sessions import sessions_of
from robot_cherrypy.tests.harness.conftest import get
from robot_cherrypy.traffic.journal import JOURNAL


class Visits:
    """Counts visits in a session."""

    @cherrypy.expose
    def index(self):
        cherrypy.session["visits"] = cherrypy.session.get("visits", 0) + 1
        return str(cherrypy.session["visits"])


class Tidied:
    """Does something at the end of each request, as a tool does that ends a transaction."""

    ended: ClassVar = []

    _cp_config: ClassVar = {
        "tools.sessions.on": True,
        "hooks.on_end_request": lambda: Tidied.ended.append(cherrypy.request.request_line),
    }

    @cherrypy.expose
    def index(self):
        return "fine"


class Ticking(plugins.Monitor):
    """A plugin with a thread."""


class Plugged:
    """Subscribes plugins and listeners of all kinds to the bus."""

    calls: ClassVar = []

    def __init__(self):
        engine = cherrypy.engine
        Ticking(engine, lambda: None, frequency=3600, name="ticking").subscribe()
        for priority, name in ((80, "late start"), (10, "early start")):
            engine.subscribe("start", lambda name=name: self.calls.append(name), priority)
        engine.subscribe("stop", lambda: self.calls.append("stop"))
        engine.subscribe("exit", lambda: self.calls.append("exit"))
        engine.subscribe("start_thread", lambda index: self.calls.append("start_thread"))
        engine.subscribe("stop_thread", lambda index: self.calls.append("stop_thread"))
        plugins.Daemonizer(engine).subscribe()
        plugins.DropPrivileges(engine, uid=65534).subscribe()
        engine.autoreload.subscribe()
        cherrypy.server.subscribe()
        engine.signals.subscribe()

    @cherrypy.expose
    def index(self):
        return str(cherrypy.engine.state)


VISITS = f"{__name__}:Visits"
PLUGGED = f"{__name__}:Plugged"


def snapshot():
    """Return the parts of CherryPy's process-wide state that a server must restore."""
    return {
        "config": dict(cherrypy.config),
        "server": dict(vars(cherrypy.server)),
        "tree": (id(cherrypy.tree), dict(cherrypy.tree.apps)),
        "state": cherrypy.engine.state,
        "listeners": bus.subscriptions(),
        "engine": sorted(vars(cherrypy.engine)),
        "quickstart": cherrypy.quickstart,
        "screen": cherrypy.log.screen,
        "clean_thread": sessions.RamSession.clean_thread,
        "cache": dict(sessions.RamSession.cache),
        "background": plugins.BackgroundTask.run,
    }


@pytest.mark.parametrize("application", [VISITS, PLUGGED, "sample_app.misbehaving:Restless"])
def test_leaves_cherrypy_as_it_was(launch, kind, application):
    """A server with sessions, plugins and configuration leaves nothing of them behind."""
    launch(VISITS, kind=kind).stop()  # other tests may have left something
    before, threads = snapshot(), set(threading.enumerate())
    settings = {
        "global": {"engine.autoreload.on": True, "log.screen": True, "server.thread_pool": 3},
        "/": {"tools.sessions.on": True},
    }
    server = launch(application, kind=kind, configuration=settings)
    assert get(server)
    assert before != snapshot()
    server.stop()
    assert before == snapshot()
    assert set() == set(threading.enumerate()) - threads


def test_sessions_last_while_the_server_does(launch, kind):
    """A client's session is there for its next request, and not on the next server."""
    server = launch(VISITS, kind=kind, configuration={"/": {"tools.sessions.on": True}})
    with requests.Session() as client:
        assert client.get(server.url).text == "1"
        assert client.get(server.url).text == "2"
    server.stop()
    again = launch(VISITS, kind=kind, configuration={"/": {"tools.sessions.on": True}})
    assert get(again) == "1"


def test_looking_for_sessions_runs_no_hook(launch, kind):
    """The application has no request then, whose end it might take part in."""
    server = launch(f"{__name__}:Tidied", kind=kind)
    sessions_of(server, "/", 60).seed({"user": "ann"})
    assert [] == Tidied.ended
    assert "fine" == get(server)
    server.wait_for_end(0, 60)
    assert ["GET / HTTP/1.1"] == Tidied.ended
    Tidied.ended.clear()


def test_plugins_start_and_stop_with_their_server(launch, kind):
    """Listeners are called once each, in the order of their priorities."""
    Plugged.calls.clear()
    server = launch(PLUGGED, kind=kind)
    assert Plugged.calls == ["early start", "late start"]
    assert any(thread.name == "ticking" for thread in threading.enumerate())
    assert get(server) == str(wspbus.states.STARTED)
    server.stop()
    assert Plugged.calls == [
        *("early start", "late start", "start_thread"),
        *("stop_thread", "stop", "exit"),
    ]
    assert not any(thread.name == "ticking" for thread in threading.enumerate())


def test_process_changing_plugins_stay_off(launch, kind):
    """A daemonizer or a change of user in an application does not change the test's process."""
    process, user = os.getpid(), os.getuid()
    launch(PLUGGED, kind=kind)
    assert (process, user) == (os.getpid(), os.getuid())
    assert cherrypy.engine.autoreload.thread is None


def test_server_address_is_known_to_the_application(launch, kind):
    """`cherrypy.server.base()` returns the real address."""
    server = launch(VISITS, kind=kind)
    assert server.url == cherrypy.server.base()


def test_two_servers_share_the_bus_until_the_last_one_stops(launch, kind):
    """The bus is started as long as a server runs."""
    first, second = launch(VISITS, kind=kind), launch(PLUGGED, kind=kind)
    first.stop()
    assert get(second) == str(wspbus.states.STARTED)
    second.stop()
    assert cherrypy.engine.state == wspbus.states.STOPPED


async def slow(scope, receive, send):
    """An ASGI application that takes a while to start up."""
    await receive()
    await asyncio.sleep(0.3)
    await send({"type": "lifespan.startup.complete"})


def test_application_that_starts_up_too_late_is_not_served(launch):
    """The thread of a server that nobody waits for any more ends."""
    with pytest.raises(ServerError, match=r"The application did not start up within 0\.05 s\."):
        launch(f"{__name__}:slow", kind="async", timeout=0.05)
    for thread in threading.enumerate():
        if thread.name == "serve 127.0.0.1":
            thread.join(60)
            assert not thread.is_alive()


def test_failed_start_leaves_the_other_server_alone(launch, kind):
    """A second server that cannot start does not stop the first."""
    first = launch(VISITS, kind=kind)
    with pytest.raises(ServerError, match="cannot be bound: Address already in use"):
        launch(VISITS, kind=kind, port=int(first.url.rpartition(":")[2]))
    assert get(first)


def test_ipv6_loopback(launch, kind):
    """An IPv6 address stands in brackets in the URL."""
    server = launch(VISITS, kind=kind, host="::1", configuration={"/": {"tools.sessions.on": True}})
    assert server.url.startswith("http://[::1]:")
    assert get(server) == "1"


def open_files():
    """Return how many file descriptors this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


def cycle(kind, times):
    """Start, use and stop a server several times."""
    for _ in range(times):
        server = InProcessServer(
            Launch(
                application=VISITS,
                alias="visits",
                kind=kind,
                configuration={"/": {"tools.sessions.on": True}},
            )
        )
        server.start()
        assert get(server) == "1"
        server.stop()
    JOURNAL.exchanges.clear()  # which would be counted below: it keeps thousands
    JOURNAL.log_lines.clear()
    gc.collect()


@pytest.mark.timeout(120)
def test_cycles_leave_nothing(kind):
    """Threads, file descriptors and memory after a hundred starts more are those after 20."""
    cycle(kind, 20)
    threads, files = set(threading.enumerate()), open_files()
    objects = len(gc.get_objects())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cycle(kind, 100)
    assert set() == set(threading.enumerate()) - threads
    assert files >= open_files()
    # Caches of requests still fill; a server that is left behind has a hundred objects.
    assert len(gc.get_objects()) < objects + 100 * 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < peak + 10 * 1024
