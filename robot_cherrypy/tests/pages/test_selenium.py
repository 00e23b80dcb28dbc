"""SeleniumLibrary is found under whatever name it was imported."""

from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from robot.libraries.BuiltIn import BuiltIn
from SeleniumLibrary import SeleniumLibrary

from robot_cherrypy.errors import BrowserError
from robot_cherrypy.library import CherryPyLibrary
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.selenium import (
    browser_labels,
    cdp,
    changes_pages,
    close_browser,
    current_driver,
    has_ended,
    is_selenium_library,
    open_browsers,
    selenium_libraries,
)
from robot_cherrypy.pages.waiting import is_click
from robot_cherrypy.tests.pages.conftest import Driver, ObservedBrowser


class Subclass(SeleniumLibrary):
    """A project's own SeleniumLibrary."""


def test_outside_a_run_there_is_no_library():
    """There is no open browser either."""
    assert [] == selenium_libraries() == open_browsers()
    assert current_driver() is None


def test_aliases_and_subclasses_are_recognised(libraries):
    """Another library may even have the name SeleniumLibrary."""
    libraries |= {"Web": SeleniumLibrary(), "Own": Subclass(), "SeleniumLibrary": object()}
    names = ["Web", "Own", "SeleniumLibrary", "BuiltIn", ""]
    assert [True, True, False, False, False] == [is_selenium_library(name) for name in names]
    assert is_click("Click Button", "Web")
    assert not is_click("Click Button", "BuiltIn")
    assert not is_click("Page Should Contain", "Web")


def test_this_library_changes_pages_too(libraries):
    """`Go To Page` is one of its keywords, whatever its alias."""
    libraries |= {"Web": SeleniumLibrary(), "Cherry": CherryPyLibrary(), "Other": object()}
    assert [True, True, False, False] == [
        changes_pages(name) for name in ("Web", "Cherry", "Other", "a resource file")
    ]


def test_browsers_have_labels_that_stay(libraries):
    """They are told by their aliases, or numbered as they were opened, whichever is current."""
    web, other = SeleniumLibrary(), SeleniumLibrary()
    libraries |= {"Web": web, "Other": other}
    first, second, third = Driver(), Driver(), Driver()
    web.register_driver(first, None)
    web.register_driver(second, "Second")
    other.register_driver(third, None)
    assert ["browser 'Second'", "browser 1", "browser 3"] == browser_labels([second, first, third])
    assert ["browser 1"] == browser_labels([third])
    assert ["browser 1", "browser 2"] == browser_labels([object(), object()])


def test_the_current_browser_comes_first(libraries):
    """Each library has a current browser, and closed browsers are left out."""
    web, other = SeleniumLibrary(), SeleniumLibrary()
    libraries |= {"Web": web, "Other": other}
    first, second, third = Driver(), Driver(), Driver()
    web.register_driver(first, None)
    web.register_driver(second, None)
    other.register_driver(third, None)
    assert [second, first, third] == open_browsers()
    assert second is current_driver()
    close_browser(web, second)
    assert [first, third] == open_browsers()
    assert first is current_driver()


def test_a_browser_gives_back_the_one_before(libraries):
    """Also one that SeleniumLibrary has closed: it leaves none current."""
    libraries["Web"] = web = SeleniumLibrary()
    first, second, third = Driver(), Driver(), Driver()
    for driver in (first, second, third):
        web.register_driver(driver, None)
    web._drivers.close()
    close_browser(web, third)
    assert second is current_driver()
    close_browser(web, second)
    assert first is current_driver()


def test_the_library_in_the_search_order_comes_first(libraries, monkeypatch):
    """Robot runs its keywords."""
    orders = [("mine",), ()]
    monkeypatch.setattr(BuiltIn, "set_library_search_order", lambda _self, *_order: orders.pop(0))
    libraries |= {"Web": SeleniumLibrary(), "Mine": SeleniumLibrary()}
    assert libraries["Mine"] is selenium_libraries()[0]


def test_a_driver_whose_process_has_ended(libraries):
    """A remote driver has no process here."""
    ended = SimpleNamespace(service=SimpleNamespace(process=SimpleNamespace(poll=lambda: 0)))
    assert has_ended(ended)
    assert not has_ended(Driver())


def test_a_browser_that_is_not_the_current_one_is_closed(libraries):
    """The current one stays current."""
    libraries["Web"] = web = SeleniumLibrary()
    first, second = Driver(), Driver()
    web.register_driver(first, None)
    web.register_driver(second, None)
    close_browser(web, first)
    assert ([("quit", {})], []) == (first.commands, second.commands)
    assert second is current_driver()


def test_commands_go_past_the_driver(observe):
    """The driver sends them only if the browser itself cannot be reached."""
    driver = Driver(captureScreenshot={"data": "abc"})
    assert {"data": "abc"} == cdp(driver, "Page.captureScreenshot", format="webp")
    assert [("Page.captureScreenshot", {"format": "webp"})] == driver.commands
    observer = observe(driver, ObservedBrowser())
    observer.offers = frozenset({"commands", "scripts"})
    observer.command = lambda name, values: {name: values}
    assert {"Page.enable": {"a": 1}} == cdp(driver, "Page.enable", a=1)
    assert 1 == len(driver.commands)


def test_a_command_that_fails_is_an_error(observe):
    """The error names the command and the reason."""
    driver = Driver()
    observer = observe(driver, ObservedBrowser())
    observer.offers = frozenset({"commands", "scripts"})
    observer.command = Mock(side_effect=ObserverError("the browser has ended"))
    expected = "The browser did not do Page.enable: the browser has ended."
    with pytest.raises(BrowserError, match=expected):
        cdp(driver, "Page.enable")


def test_a_browser_without_the_protocol_does_nothing():
    """Firefox is such a browser."""

    class Firefox:
        """A driver without CDP commands."""

    assert cdp(Firefox(), "Page.captureScreenshot") is None
