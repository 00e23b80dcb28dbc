"""Before a check that something is not there, what was set off is waited for."""

import threading
import time

import pytest

from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.remote_server import RemoteServer
from robot_cherrypy.pages import rest as module
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.pages.observer import Activity
from robot_cherrypy.pages.rest import Rest
from robot_cherrypy.pauses import PAUSES
from robot_cherrypy.tests.pages.conftest import Driver, ObservedBrowser

# For how long a check waits for timers here, in seconds: a busy machine is not too slow for it.
SOON = 1.0


class Page(ObservedBrowser):
    """A page whose timers and requests are planned: `timers` are of `time.monotonic`."""

    offers = frozenset({"scripts", "network"})

    def __init__(self):
        super().__init__()
        self.timers = []
        self.ends = {}

    def ask(self, path, seconds=None, then=None, began=None):
        """Send a request; its response sets a timer after some seconds."""
        request = Request("GET", f"http://elsewhere.example{path}", began or time.monotonic())
        self.log.requests.append(request)
        self.log._running[path] = request
        if seconds is not None:
            self.ends[path] = time.monotonic() + seconds, then

    def activity(self, within, _timeout):
        now = time.monotonic()
        for path, (end, then) in list(self.ends.items()):
            if end <= now:
                del self.ends[path]
                self.log._running.pop(path).ended = now
                self.timers += [] if then is None else [now + then]
        self.timers = [due for due in self.timers if due > now]
        soon = ["a timer" for due in self.timers if due <= now + within]
        return Activity(soon, soon, [])


@pytest.fixture
def page():
    """A page that is at rest."""
    return Page()


@pytest.fixture
def wait(observe, page):
    """Wait for the end; return how long it took, in seconds."""

    def wait(limit=60, servers=None):
        driver = Driver()
        observe(driver, page)
        began = time.monotonic()
        Rest(servers or Servers()).wait_for_end(driver, limit)
        return time.monotonic() - began

    return wait


def test_a_page_at_rest_is_waited_for_shortly(wait):
    """It has to be still for a moment."""
    assert module._QUIET <= wait()


def test_a_timer_that_is_due_soon_is_waited_for(wait, page):
    """A click has set it."""
    page.timers.append(time.monotonic() + SOON / 2)
    wait()
    assert [] == page.timers


def test_a_timer_that_a_late_response_sets_is_waited_for(wait, page):
    """Also long after the first second."""
    page.ask("/late", 1.5 * SOON, then=SOON / 2)
    assert 2 * SOON <= wait()
    assert [] == page.timers


def test_a_request_to_any_server_is_waited_for(wait, page):
    """Whether the test has started it or not."""
    page.ask("/late", 2 * SOON)
    assert 2 * SOON <= wait()


def test_what_is_asked_for_again_and_again_sets_no_timers_that_count(wait, page, monkeypatch):
    """It is a poll, and the page would never be at rest."""
    ask = page.activity

    def poll(*args):
        if not page.log.running and not page.timers:
            page.ask("/poll", 0.05, then=0.3)
        return ask(*args)

    monkeypatch.setattr(page, "activity", poll)
    assert wait() < 60


def test_a_long_poll_is_not_waited_for(wait, page):
    """It is one that the option names, or that began before what was set off."""
    servers = Servers()
    servers.use(RemoteServer("shop", "http://elsewhere.example", None, ("/poll/*",)))
    page.ask("/poll/1")
    page.ask("/messages", began=time.monotonic() - 10)
    assert wait(servers=servers) < 60


def test_the_wait_ends_when_its_time_is_over(wait, page):
    """Whatever goes on."""
    page.ask("/never")
    assert 1.5 * SOON <= wait(1.5 * SOON) < 60


def test_a_pause_does_not_end_the_wait(wait, page):
    """A person looks at what the server does."""
    page.ask("/paused")
    paused, answered = threading.Event(), threading.Event()

    def pause():
        with PAUSES.pause():
            paused.set()
            answered.wait(60)

    def answer():
        page.ends["/paused"] = 0, None
        answered.set()

    threads = [threading.Thread(target=pause), threading.Timer(2 * SOON, answer)]
    for thread in threads:
        thread.start()
        paused.wait(60)
    assert 2 * SOON <= wait(SOON)
    for thread in threads:
        thread.join()
