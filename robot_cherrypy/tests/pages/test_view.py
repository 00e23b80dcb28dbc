"""What a browser shows is asked for part by part, and what cannot be had is named."""

import re
import threading
import time

import pytest

from robot_cherrypy.pages.document import Document
from robot_cherrypy.pages.observer import (
    ConsoleLine,
    Dialog,
    ObserverError,
    Picture,
    Place,
    Window,
    Windows,
)
from robot_cherrypy.pages.view import (
    browser_errors,
    discard_browser_logs,
    view_browsers,
    watch_browsers,
)
from robot_cherrypy.tests.pages.conftest import Driver, ObservedBrowser

pytestmark = pytest.mark.timing


@pytest.fixture
def look(observe):
    """Return what browsers with these observers show."""

    def look(*browsers, timeout=60, since=0):
        drivers = []
        for browser in browsers:
            driver = Driver()
            driver.capabilities = {
                "browserName": "chrome-headless-shell",
                "browserVersion": "140.0.1",
            }
            observe(driver, browser)
            drivers.append(driver)
        return view_browsers(drivers, timeout, since)

    return look


def request(path="/tea", at=1.0):
    """The event of a request."""
    values = {
        "requestId": path,
        "wallTime": at + time.time() - time.monotonic(),
        "timestamp": at,
        "request": {"method": "GET", "url": f"http://127.0.0.1{path}"},
    }
    return "Network.requestWillBeSent", values


def line(text, level="SEVERE", at=100.0, **values):
    """A line of the console."""
    return ConsoleLine(at, level, text, **values)


def test_a_browser_shows_all(look):
    """The view has page, pictures, console and network log."""
    browser = ObservedBrowser(console=([line("total is not defined")], 0))
    browser.log.handle_event(*request())
    [view] = look(browser)
    assert ("browser 1", "Chrome Headless Shell 140") == (view.label, view.name)
    assert ("http://127.0.0.1/tea", "Tea", "<p>Our teas") == (view.url, view.title, view.html)
    assert (["swordfish"], (1280, 800)) == (view.secrets, view.size)
    assert ("picture", "image/jpeg") == (view.picture, view.picture_type)
    assert ["total is not defined"] == [entry.text for entry in view.console]
    assert ["http://127.0.0.1/tea"] == [request.url for request in view.requests]
    assert [] == view.problems


def fetched(log, path, document="new", at=1.0):
    """Have a script of a document get something."""
    method, values = request(path, at)
    log.handle_event(method, values | {"type": "Fetch", "loaderId": document})
    log.handle_event("Network.loadingFinished", {"requestId": path, "timestamp": at})


def test_the_latest_responses_to_scripts_are_read(look):
    """Those of the page that is shown, one for each path; the browser may have discarded some."""
    browser = ObservedBrowser()
    fetched(browser.log, "/before", "old")
    browser.log.handle_event("Page.frameNavigated", {"frame": {"id": "f", "loaderId": "new"}})
    for number in range(7):
        fetched(browser.log, f"/{number}", at=2.0 + number)
    fetched(browser.log, "/6?again=1", at=10.0)
    browser.log.handle_event(*request("/page", at=11.0))
    [view] = look(browser)
    bodies = [each.body.removeprefix("response to http://127.0.0.1") for each in view.requests]
    assert ["", "", "", "/2", "/3", "/4", "/5", "", "/6?again=1", ""] == bodies
    browser.told["response"] = ObserverError("it was discarded")
    for each in browser.log.requests:
        each.body = ""
    [view] = look(browser)
    assert [""] * 10 == [each.body for each in view.requests]
    assert [] == view.problems


def test_several_browsers_are_asked_at_the_same_time(look):
    """Each has a label, and none waits for another."""
    together = threading.Barrier(2)

    class Slow(ObservedBrowser):
        def windows(self, timeout):
            together.wait(60)
            return super().windows(timeout)

    views = look(Slow(), Slow())
    assert [("browser 1", "Tea"), ("browser 2", "Tea")] == [(v.label, v.title) for v in views]


def test_no_thread_is_left(look):
    """Each part has what is left of the time, and the look ends with it."""
    left = []

    class Slow(ObservedBrowser):
        def picture(self, timeout):
            left.append(timeout)
            time.sleep(0.05)
            raise ObserverError("the browser did not answer within 0.1 s")

        def document(self, timeout):
            left.append(timeout)
            return super().document(timeout)

    before = set(threading.enumerate())
    [view] = look(Slow(), timeout=0.02)
    assert set() == set(threading.enumerate()) - before
    assert ["Picture: the browser did not answer within 0.1 s."] == view.problems
    assert 0 <= left[0] < 0.02  # none is left on a machine that is busy enough
    assert 0 == left[1]


PARTS = {
    "windows": "Page",
    "picture": "Picture",
    "console": "Console",
    "document": "Source",
}


@pytest.mark.parametrize(("name", "part"), PARTS.items(), ids=PARTS)
@pytest.mark.parametrize(
    ("error", "reason"),
    [(ObserverError("gone"), "gone"), (ZeroDivisionError("oops"), "ZeroDivisionError: oops")],
    ids=["browser", "fault"],
)
def test_a_part_that_fails_does_not_keep_others_away(look, name, part, error, reason):
    """The report has the reason, also of a fault of ours."""
    browser = ObservedBrowser(**{name: error})
    browser.log.handle_event(*request())
    [view] = look(browser)
    assert [f"{part}: {reason}."] == view.problems
    assert len(view.requests) == 1
    assert ("" if name == "windows" else "Tea") == view.title
    assert ("" if name == "picture" else "picture") == view.picture
    assert ("" if name == "document" else "<p>Our teas") == view.html


def test_an_open_dialog_is_shown(look):
    """No picture is taken meanwhile."""
    [view] = look(ObservedBrowser(dialog=Dialog("confirm", "Leave?")))
    assert ("confirm: Leave?", "Tea", "") == (view.dialog, view.title, view.picture)
    assert ["Picture: the page shows nothing new while a dialog is open."] == view.problems


def test_other_windows_are_shown(look):
    """Each with title and address."""
    others = [Window("2", "http://127.0.0.1/help", "Help"), Window("3", "about:blank")]
    [view] = look(ObservedBrowser(windows=Windows(Window("1", "http://x/", "X"), others)))
    assert ["Help (http://127.0.0.1/help)", "about:blank"] == view.windows


def test_a_window_that_was_closed_is_named(look):
    """What is shown then is another window."""
    [view] = look(ObservedBrowser(windows=Windows(Window("1", title="Other"), is_closed=True)))
    problem = "Page: the selected window was closed; this is another one that is open."
    assert ([problem], "Other") == (view.problems, view.title)


def test_a_page_that_is_about_to_be_left_is_named(look):
    """It has a picture if the browser makes one all the same."""
    leaving = [("Page.frameStartedNavigating", {"frameId": "f"})]
    browser = ObservedBrowser()
    browser.steps = [leaving]
    [view] = look(browser)
    assert ("picture", []) == (view.picture, view.problems)
    browser = ObservedBrowser(picture=ObserverError("it did not answer"))
    browser.steps = [leaving]
    [view] = look(browser)
    assert ["Picture: the page was about to be left, and it did not answer."] == view.problems


def test_what_is_left_out_is_named(look):
    """A page may be very long, and write very much."""
    browser = ObservedBrowser(
        console=([line("last")], 99),
        document=Document("<p>long", is_whole=False),
        picture=Picture("top", "image/jpeg", (1280, 800), (1280, 50_000)),
    )
    browser.log.left_out = 7
    [view] = look(browser)
    assert [
        "Console: 99 older lines are left out.",
        "Source: the document is longer; its end is left out.",
        "Network: 7 older requests are left out.",
    ] == view.problems
    assert ("<p>long", (1280, 50_000), 1) == (view.html, view.page_size, len(view.console))


def test_what_is_older_than_the_test_is_left_out(look):
    """It belongs to an earlier test."""
    browser = ObservedBrowser(console=([line("before", at=1), line("later", at=3)], 0))
    browser.log.handle_event(*request("/before", at=1.0))
    browser.log.handle_event(*request("/later", at=3.0))
    [view] = look(browser, since=2)
    assert ["later"] == [entry.text for entry in view.console]
    assert ["http://127.0.0.1/later"] == [request.url for request in view.requests]


def test_errors_of_browsers_are_those_of_the_console(open_driver, observe):
    """They can be read again for the report, and are discarded when the test ends."""
    lines = [line("total is not defined"), line("hello", level="INFO"), line("before", at=1)]
    observe(open_driver, ObservedBrowser(console=(lines, 0)))
    expected = ["total is not defined"]
    assert expected == browser_errors(2, 2) == browser_errors(2, 2)
    discard_browser_logs()
    assert [] == browser_errors(0, 0)


def test_errors_belong_to_the_page_and_request_that_they_are_of(open_driver, observe):
    """A page from before the test counts once the test uses it."""
    lines = [
        line("left over", at=6, is_leftover=True),
        line("before it is used", at=6, page_since=1),
        line("when it is used", at=8, page_since=1),
        line("new page", at=6, page_since=5.5),
    ]
    observe(open_driver, ObservedBrowser(console=(lines, 0)))
    assert ["when it is used", "new page"] == browser_errors(5, 7)


def test_browsers_that_were_opened_are_observed(open_driver, monkeypatch):
    """This is so however they were opened."""
    seen = []
    monkeypatch.setattr("robot_cherrypy.pages.view.observer_of", seen.append)
    watch_browsers()
    assert [open_driver] == seen


def test_lines_of_scripts_with_errors_are_shown(look):
    """They are asked for if the page that wrote them is still there."""
    browser = ObservedBrowser(files={"http://x/a.js": "one\ntwo\nthree"})
    since = browser.log.page_since
    lines = [
        line("error", at=since, page_since=since, place=Place("http://x/a.js", 1)),
        line("beyond", at=since, page_since=since, place=Place("http://x/a.js", 9)),
        line("unknown", at=since, page_since=since, place=Place("http://x/b.js", 1)),
        line("hello", at=since, page_since=since, level="INFO", place=Place("http://x/a.js", 1)),
        line("earlier", at=since, page_since=since - 1, place=Place("http://x/a.js", 1)),
    ]
    browser.told["console"] = lines, 0
    [view] = look(browser)
    assert ["two", "", "", "", ""] == [entry.source for entry in view.console]


CLOCKS = {
    "here": ("", 0, ""),
    "elsewhere": ("Far/Away", 0, r"Far/Away \(UTC\+00:07\)"),
    "behind": ("", -3600, r"its machine is \d+ s behind"),
    "ahead": ("", 3600, r"its machine is \d+ s ahead"),
}


@pytest.mark.parametrize("name", CLOCKS)
def test_another_clock_is_named(look, name):
    """The zone and the time of the browser's machine, if they are not those of the test."""
    zone, ahead, told = CLOCKS[name]
    document = Document("", zone=zone, east_of_utc=7, time=time.time() + ahead)
    [view] = look(ObservedBrowser(document=document))
    assert re.fullmatch(told, view.clock)
