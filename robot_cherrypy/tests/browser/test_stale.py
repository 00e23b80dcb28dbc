"""Errors about an element of a page that the browser leaves at that moment."""

import pytest
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from robot_cherrypy.browser.drivers import _GuardedChrome

MESSAGE = (
    'unknown error: unhandled inspector error: {"code":-32000,'
    '"message":"Node with given id does not belong to the document"}'
)


@pytest.fixture
def driver(monkeypatch):
    """Return a function that runs a command which ChromeDriver rejects with the given message.

    It is a stand-in, because the real ChromeDriver does so one time in fifty only.
    """

    def run(message):
        def execute(_self, _command, _params):
            raise WebDriverException(message)

        monkeypatch.setattr(WebDriver, "execute", execute)
        return _GuardedChrome.__new__(_GuardedChrome).execute("getElementText", {})

    return run


def test_element_of_a_left_page_is_stale(driver):
    """The error is that of a stale element, after which SeleniumLibrary's waits go on."""
    with pytest.raises(StaleElementReferenceException, match="does not belong to the document"):
        driver(MESSAGE)


def test_other_errors_are_unchanged(driver):
    """Any other error is raised as it is."""
    with pytest.raises(WebDriverException, match="disconnected") as caught:
        driver("disconnected: not connected to DevTools")

    assert WebDriverException is caught.type
