"""What a page will still do by itself is known, and the page notices nothing of it."""

import time

import pytest
from selenium.webdriver.common.by import By

from robot_cherrypy import browser as browsers
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.pages.actions import Target, obstacle
from robot_cherrypy.pages.activity import ACTIVITY, activity_of
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pages.rest import Rest, Watch
from robot_cherrypy.tests.pages.test_chromium import eventually


@pytest.fixture(scope="module")
def opened():
    """A browser that all tests use, and whose pages are watched."""
    driver = browsers.open_local("auto", browsers.Settings())
    observer_of(driver).run_everywhere("activity", ACTIVITY, is_kept=True)
    yield driver
    driver.quit()


@pytest.fixture
def show(opened):
    """Load a page that consists of HTML."""

    def show(html):
        opened.get("about:blank")
        opened.get(f"data:text/html;charset=utf-8,<!DOCTYPE html><body>{html}")
        return opened

    return show


def changing(driver, within=60):
    """Why the page may change within a time in seconds."""
    return Rest(Servers()).state(driver, within).changing


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", None),
        ("<script>setTimeout(() => 0, 30000)</script>", "a timer that is due in "),
        ("<script>setTimeout(() => 0, 120000)</script>", None),
        ("<script>clearTimeout(setTimeout(() => 0, 30000))</script>", None),
        ("<script>clearInterval(setTimeout(() => 0, 30000))</script>", None),
        ("<script>setInterval(() => 0, 30000)</script>", "an interval of 30000 ms"),
        ("<script>clearInterval(setInterval(() => 0, 30000))</script>", None),
        ("<script>setTimeout('window.n = 1', 30000)</script>", "a timer that is due in "),
        ("<script>const f = () => requestAnimationFrame(f); f()</script>", "an animation frame"),
        ("<script>cancelAnimationFrame(requestAnimationFrame(() => 0))</script>", None),
        ("<script>setTimeout = () => 0; setTimeout(() => 0, 30000)</script>", None),
        ("<script>Date = performance.now = null; setTimeout(() => 0, 30000)</script>", "a timer"),
        ("<script>navigator.locks?.request; new Promise(() => 0)</script>", None),
        ("<meta http-equiv=refresh content=30>", "a page that will load itself again"),
        ("<p id=a>a<script>a.animate({opacity: [0, 1]}, 30000)</script>", "an animation"),
        (
            (
                "<p id=a>a<script>a.animate({opacity: [0, 1]}, "
                "{duration: 99, iterations: Infinity})</script>"
            ),
            None,
        ),
        ("<iframe srcdoc='<script>setTimeout(() => 0, 30000)</script>'></iframe>", "a timer that"),
    ],
)
def test_what_may_change_a_page_is_known(show, html, reason):
    """What the page itself has replaced by a stand-in does nothing."""
    driver = show(html)
    if reason is None:
        eventually(lambda: changing(driver) == [])
    else:
        eventually(lambda: any(each.startswith(reason) for each in changing(driver)))


def test_silence_is_a_script_that_runs():
    """A document that has just been opened or left tells nothing either."""
    found = activity_of([None, {}, {"began": 1, "version": 2, "changing": ["x"], "pending": []}])
    assert ["a script that runs", "a page that is not known", "x"] == found.changing
    assert [(1, 2)] == found.version


@pytest.mark.parametrize(
    ("script", "is_pending"),
    [
        ("setTimeout(() => 0, 30000)", True),
        ("setInterval(() => 0, 30000)", False),
        (
            "const poll = () => setTimeout(poll, 1); poll(); globalThis.setTimeout(() => 0, 9e6)",
            False,
        ),
    ],
)
def test_what_repeats_is_not_pending(show, script, is_pending):
    """A check that something is not there would wait for ever."""
    driver = show(f"<script>{script}</script>")
    rest = Rest(Servers())
    eventually(lambda: bool(rest.state(driver, 60).pending) == is_pending)


def test_timers_work_as_before(show):
    """Also with arguments, with code as a text, and as methods of the window."""
    driver = show(
        """<script>window.told = [];
        setTimeout(function (...all) { told.push(all.join(), this === window) }, 0, 1, 2);
        setTimeout("told.push('text')", 1);
        window.setTimeout(() => told.push("last"), 30);
        try { setTimeout.call({}, () => 0) } catch (error) { told.push(error.name) }
        told.push(setTimeout.name, setTimeout.length, typeof setInterval(() => 0, 1e6));
        </script>"""
    )
    eventually(lambda: "last" in driver.execute_script("return told"))
    expected = ["TypeError", "setTimeout", 1, "number", "1,2", True, "text", "last"]
    assert expected == driver.execute_script("return told")


def test_a_page_that_was_there_before_may_do_anything(opened):
    """What it has planned is not known."""
    opened.get("data:text/html,<p>Before")
    opened.execute_script("delete globalThis.__robot_cherrypy_activity")
    other = browsers.open_local("auto", browsers.Settings())
    try:
        other.get("data:text/html,<p>Before")
        observer_of(other).run_everywhere("activity", ACTIVITY, is_kept=True)
        eventually(lambda: changing(other) == ["what the page began before it was watched"])
        other.get("data:text/html,<p>After")
        eventually(lambda: changing(other) == [])
    finally:
        other.quit()


def test_a_dialog_ends_all_waits(show):
    """The next command of the test would close it."""
    driver = show("<script>setTimeout(() => alert('Saved'))</script>")
    rest = Rest(Servers())
    eventually(lambda: rest.has_dialog(driver))
    assert rest.state(driver, 1).has_dialog
    rest.wait_for_end(driver, 30)
    driver.switch_to.alert.accept()
    assert not rest.has_dialog(driver)


def test_a_page_has_to_be_still_for_some_time():
    """And to be the same page meanwhile."""
    watch = Watch()
    assert not watch.is_at_rest([], 1)
    time.sleep(0.15)
    assert not watch.is_at_rest(["a timer"], 1)
    assert not watch.is_at_rest([], 1)
    time.sleep(0.15)
    assert not watch.is_at_rest([], 2)
    time.sleep(0.15)
    assert watch.is_at_rest([], 2)


COVER = "<div id=cover style='position:fixed;inset:0'></div>"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<button id=x>x</button>", None),
        (f"<button id=x>x</button>{COVER}", 'is covered by <div id="cover">'),
        ("<button id=x><b>x</b></button>", None),
        ("<button id=x disabled>x</button>", "is disabled"),
        ("<fieldset disabled><input id=x></fieldset>", "is disabled"),
        ("<button id=x aria-disabled=true>x</button>", "is marked as disabled"),
        ("<button id=x hidden>x</button>", "is not visible"),
        ("<button id=x style='visibility:hidden'>x</button>", "is not visible"),
        ("<p id=x></p>", "is not visible"),
        ("<div style='height:3000px'></div><button id=x>x</button>", None),
        ("<label>Name <input id=x><i style='position:absolute;left:0;right:0'>t</i></label>", None),
        ("<input id=x type=file hidden>", None),
        ("<select><option id=x>x</option></select>", None),
        (f"<select><option id=x>x</option></select>{COVER}", 'is covered by <div id="cover">'),
        (
            (
                "<button id=x>x</button>"
                "<script>x.animate({translate: ['0px', '900px']}, 60000)</script>"
            ),
            "is moving",
        ),
        (
            (
                "<button id=x>x</button>"
                "<script>x.animate({opacity: [0.5, 1]}, {duration: 500, iterations: 1/0})</script>"
            ),
            None,
        ),
    ],
)
def test_what_keeps_an_element_from_being_clicked_is_known(show, html, reason):
    """It is what keeps a person from it."""
    driver = show(html)
    target = Target(driver.find_element(By.ID, "x"), is_pointed=True)

    def is_as_expected():
        found = obstacle(driver.execute, target, 0)
        return reason == (found and found.reason)

    if reason in {None, "is moving"}:  # a busy machine may draw nothing for a second
        eventually(is_as_expected)
    else:
        assert is_as_expected()


def test_an_element_of_which_no_frame_is_drawn_may_be_moving(show):
    """It counts as still if the window is not shown: then it has no frames at all."""
    driver = show(
        """<button id=x>x</button><script>
        x.animate({opacity: [0.5, 1]}, 60000);
        __robot_cherrypy_activity.nextFrame = () => 0;
        </script>"""
    )
    target = Target(driver.find_element(By.ID, "x"), is_pointed=True)
    found = obstacle(driver.execute, target, 0)
    assert "may be moving: the browser draws nothing at the moment" == found.reason
    assert not found.is_fatal
    driver.execute_script("Object.defineProperty(document, 'hidden', {value: true})")
    assert obstacle(driver.execute, target, 0) is None
