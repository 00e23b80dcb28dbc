"""The clock of pages follows that of this process."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from selenium.common.exceptions import WebDriverException
from urllib3.exceptions import HTTPError

from robot_cherrypy.pages import clock as module
from robot_cherrypy.pages.clock import PageClocks
from robot_cherrypy.tests.pages.conftest import Driver

NOON = datetime(2030, 12, 24, 12, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """The clock of this process."""
    owners = SimpleNamespace(set_libraries=lambda _modules: None)
    clock = SimpleNamespace(is_moved=True, is_frozen=False, now=lambda: NOON, offset=lambda: 60.0)
    clock.owners = owners
    monkeypatch.setattr(module, "CLOCK", clock)
    return clock


def commands(driver):
    """The CDP commands that a driver was sent, and the time in their script."""
    sent, driver.commands = driver.commands, []
    for command, values in sent:
        script = values.get("source", values.get("expression", ""))
        yield command.partition(".")[2], script[script.rindex("(") :] if script else values


MOVED = '({"offset": 60000, "frozen": null})'
BACK = '({"offset": 0, "frozen": null})'
ADD = "addScriptToEvaluateOnNewDocument"
REMOVE = "removeScriptToEvaluateOnNewDocument"


@pytest.fixture
def driver(open_driver):
    """A driver whose browser identifies the script that it was given."""
    open_driver.results[ADD] = {"identifier": "7"}
    return open_driver


def test_a_moved_clock_is_set_in_frames_and_later_pages(clock, driver):
    """Both get the offset in milliseconds."""
    PageClocks().synchronize()
    assert [(ADD, MOVED)] == list(commands(driver))


def test_a_frozen_clock_stands_at_one_moment(clock, driver):
    """The page gets it in milliseconds since 1970."""
    clock.is_frozen = True
    PageClocks().synchronize()
    frozen = f'({{"offset": 60000, "frozen": {int(NOON.timestamp()) * 1000}}})'
    assert frozen == dict(commands(driver))[ADD]


def test_the_clock_is_put_back(clock, driver):
    """The script for later pages is removed."""
    clocks = PageClocks()
    clocks.synchronize()
    list(commands(driver))
    clock.is_moved = False
    clocks.synchronize()
    removed = (REMOVE, {"identifier": "7"})
    assert [(ADD, BACK), removed, removed] == list(commands(driver))


def test_only_new_browsers_are_set(clock, driver, libraries):
    """Browsers that were open before have the time already."""
    clocks = PageClocks()
    clocks.synchronize()
    list(commands(driver))
    new = Driver(**driver.results)
    libraries["SeleniumLibrary"].register_driver(new, None)
    clocks.synchronize_new()
    assert [] == list(commands(driver))
    assert [(ADD, MOVED)] == list(commands(new))


@pytest.mark.parametrize("error", [WebDriverException("gone"), HTTPError("no driver")])
def test_a_browser_that_is_gone_is_no_error(clock, driver, error, monkeypatch):
    """A warning tells of it, but not when the clock is put back."""
    warnings = []
    monkeypatch.setattr(module.logger, "warn", warnings.append)
    driver.results[ADD] = error
    PageClocks().synchronize()
    assert 1 == len(warnings)
    clock.is_moved = False
    PageClocks().synchronize()
    assert 1 == len(warnings)


def test_a_driver_that_has_ended_is_left_alone(clock, driver):
    """It would be asked three times, with a warning for each."""
    driver.service = SimpleNamespace(process=SimpleNamespace(poll=lambda: 0))
    PageClocks().synchronize()
    assert [] == list(commands(driver))


def test_a_browser_without_cdp_keeps_its_time(clock, monkeypatch):
    """Firefox is such a browser."""
    monkeypatch.setattr(module, "open_browsers", lambda: [firefox])
    firefox = type("Firefox", (), {})()
    clocks = PageClocks()
    clocks.synchronize()
    assert firefox not in clocks._scripts
