"""After a click, page and servers are waited for as long as they have something to do."""

import time
from fnmatch import fnmatch
from types import SimpleNamespace

import pytest
from SeleniumLibrary import SeleniumLibrary

from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.remote_server import RemoteServer
from robot_cherrypy.pages.observer import Dialog, ObserverError
from robot_cherrypy.pages.waiting import PageWait, uses_page, wait_for_navigation
from robot_cherrypy.tests.evidence.records import exchange
from robot_cherrypy.tests.pages.conftest import Driver, ObservedBrowser

pytestmark = pytest.mark.timing

LOADING = ("Page.frameStartedLoading", {"frameId": "f"})
NAVIGATED = ("Page.frameNavigated", {"frame": {"id": "f", "loaderId": "d"}})
# When the click began.
CLICK = 10
LOADED = ("Page.frameStoppedLoading", {"frameId": "f"})


class Server:
    """A server that still has requests in flight the first `busy` times that it is waited for."""

    is_running = True

    launch = SimpleNamespace(long_polls=("/poll/*",))

    def __init__(self, busy=0, exchanges=None):
        self.alias = f"server {id(self)}"
        self.busy = busy
        self.timeouts = []
        self.exchanges = exchanges or [exchange(path="/busy", started=CLICK + 1)]

    def requests_left_after(self, timeout, except_paths):
        self.timeouts.append(timeout)
        self.busy -= 1
        left = [
            each
            for each in self.exchanges
            if not any(fnmatch(each.path, path) for path in except_paths)
        ]
        return left if self.busy >= 0 else []


def using(*servers):
    """The servers of a test that uses these."""
    used = Servers()
    for server in servers:
        used.use(server)
    return used


@pytest.fixture
def wait(observe):
    """Wait for a page, whose observer is made of the events of its `steps`, and servers."""

    def wait(page, *servers, timeout=60):
        driver = Driver()
        observe(driver, page)
        page_wait = PageWait(using(*servers))
        return not page_wait.wait(driver, timeout, CLICK)

    return wait


def browser(*steps, events=(), **told):
    """A browser in which events have come, and others come when its event loop is waited for."""
    observer = ObservedBrowser(**told)
    for method, values in events:
        observer.log.handle_event(method, values)
    observer.steps = list(steps)
    return observer


def test_a_page_that_does_nothing_is_waited_for_once(wait):
    """Its event loop runs what the click has queued."""
    page = browser()
    assert wait(page)
    assert 1 == page.waited


def test_a_page_is_waited_for_until_it_has_loaded(wait):
    """Its navigation may begin after the driver has returned from the click."""
    page = browser([LOADING], [NAVIGATED], [LOADED])
    assert wait(page)
    assert 3 == page.waited


def test_a_page_that_is_replaced_meanwhile_is_waited_for(wait):
    """Its event loop does not answer then."""
    page = browser(None, [LOADING], [LOADED])
    assert wait(page)
    assert [] == page.steps


def test_servers_are_waited_for_while_the_page_is_loading(wait):
    """They are waited for again at the end."""
    server = Server(busy=1)
    assert wait(browser([LOADING], [LOADED]), server)
    assert 2 == len(server.timeouts)
    assert all(0 <= timeout <= 60 for timeout in server.timeouts)


@pytest.mark.parametrize("busy", [0, 9])
def test_servers_have_to_be_idle(wait, busy):
    """This is so even if the page does not wait for their responses."""
    assert (busy == 0) == wait(browser(), Server(busy))


def test_all_servers_are_waited_for(wait):
    """A server that has ended is left out."""
    first, ended, last = Server(busy=9), Server(), Server()
    ended.is_running = False
    assert not wait(browser(), first, ended, last)
    assert [1, 0, 1] == [len(server.timeouts) for server in (first, ended, last)]


def test_of_a_server_elsewhere_only_the_browser_tells(wait):
    """It cannot be asked what it has in flight."""
    elsewhere = RemoteServer("shop", "http://shop.example", None)
    page = browser([LOADING], [LOADED])
    assert wait(page, elsewhere, Server())
    assert [] == page.steps
    assert not wait(browser(), elsewhere, Server(busy=9))


def test_a_page_that_goes_on_loading_is_given_up(wait):
    """The wait ends after the time-out."""
    assert not wait(browser(events=[LOADING]), timeout=0.02)


def test_a_dialog_ends_the_wait(wait):
    """The page does nothing while it is open."""
    page = browser(events=[LOADING], dialog=Dialog("alert", "Saved"))
    assert wait(page)
    assert 0 == page.waited


def test_of_a_browser_that_was_closed_only_servers_are_waited_for(wait):
    """A click may close its window."""
    assert wait(browser(dialog=ObserverError("all windows are closed")), Server())


def request_sent(path, started=0.0):
    """The event of a request of a page's script."""
    request = {"method": "GET", "url": f"http://127.0.0.1{path}"}
    values = {"requestId": path, "request": request, "type": "Fetch", "timestamp": started}
    return "Network.requestWillBeSent", {**values, "wallTime": time.time()}


def test_what_stays_open_is_forgotten_at_the_end_of_its_suite(observe):
    """What was known before the suite is not."""
    server = Server(exchanges=[exchange(path="/outer", started=CLICK - 1)])
    driver = Driver()
    observe(driver, browser())
    wait = PageWait(using(server))

    def waited_for(path):
        server.busy, server.exchanges = 10**9, [exchange(path=path, started=CLICK - 1)]
        return wait.wait(driver, 0.02, CLICK) != ""

    assert waited_for("/outer")
    wait.start_suite()
    assert waited_for("/inner")
    assert [False, False] == [waited_for("/outer"), waited_for("/inner")]
    wait.end_suite()
    assert [False, True] == [waited_for("/outer"), waited_for("/inner")]
    wait.end_suite()  # the library was imported after that suite had started
    assert waited_for("/outer")


def test_what_stays_open_is_waited_for_once(observe):
    """If it was there before the click, as a long poll is."""
    poll = exchange(path="/poll*", started=CLICK - 1)
    server = Server(busy=10**9, exchanges=[poll])
    page = browser(events=[request_sent("/poll*")])
    driver = Driver()
    observe(driver, page)
    wait = PageWait(using(server))
    message = wait.wait(driver, 0.02, CLICK)
    assert "It goes on: GET /poll*. Clicks do not wait for /poll* from now on" in message
    assert "" == wait.wait(driver, 5, CLICK)


def test_what_the_option_names_is_never_waited_for(wait):
    """Neither the servers nor the browser are busy with it."""
    page = browser(events=[request_sent("/poll/1"), request_sent("/poll/2")])
    assert wait(page, Server())
    assert not wait(browser(events=[request_sent("/polls")]), Server(), timeout=0.02)


def test_what_a_click_caused_is_always_waited_for(observe):
    """A page that is slow may be faster the next time."""
    driver = Driver()
    observe(driver, browser())
    wait = PageWait(using(Server(busy=10**9)))
    messages = [wait.wait(driver, 0.02, CLICK) for _ in range(2)]
    assert ["It goes on: GET /busy."] * 2 == messages


def test_for_a_browser_without_a_log_only_servers_are_waited_for(wait):
    """Firefox is such a browser."""
    firefox = browser()
    firefox.offers = frozenset()
    assert wait(firefox, Server())
    assert not wait(firefox, Server(busy=1))
    assert wait_for_navigation(firefox, 0)
    assert 0 == firefox.waited


def test_a_page_that_stands_still_navigates_nowhere():
    """A new document that is shown need not have loaded."""
    assert wait_for_navigation(browser([LOADING, NAVIGATED]), 5)


@pytest.mark.parametrize(
    "page",
    [browser([LOADING]), browser(None), browser(dialog=Dialog("alert", "Saved"))],
    ids=["loading", "replaced", "dialog"],
)
def test_a_page_that_does_not_stand_still_is_told(page):
    """A server may take long to respond, or the page waits for somebody."""
    assert not wait_for_navigation(page, 0.02)


def test_keywords_that_use_the_page_are_known(libraries):
    """Those that leave it or set up the browser do not use it."""
    libraries["Web"] = SeleniumLibrary()
    names = ["Click Link", "Page Should Contain", "Go To", "Close Browser", "Set Window Size"]
    assert [True, True, False, False, False] == [uses_page(name, "Web") for name in names]
    assert not uses_page("Click Link", "BuiltIn")
