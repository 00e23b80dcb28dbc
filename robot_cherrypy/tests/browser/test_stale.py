"""What a driver says about an element whose page is being left."""

import pytest
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.remote.webdriver import WebDriver

from robot_cherrypy.browser.drivers import GuardedChrome

LEFT = (
    'unknown error: unhandled inspector error: {"code":-32000,'
    '"message":"Node with given id does not belong to the document"}'
)


@pytest.fixture
def driver(monkeypatch):
    """Return a function that runs a command for which ChromeDriver has the given answer.

    ChromeDriver says it about one look in fifty, so that a real one is no use here.
    """

    def run(message):
        def execute(_self, _command, _params):
            raise WebDriverException(message)

        monkeypatch.setattr(WebDriver, "execute", execute)
        return GuardedChrome.__new__(GuardedChrome).execute("getElementText", {})

    return run


def test_element_of_a_left_page_is_stale(driver):
    """Waits of SeleniumLibrary go on for a stale element, and end for any other error."""
    with pytest.raises(StaleElementReferenceException, match="does not belong to the document"):
        driver(LEFT)


def test_other_errors_stay_what_they_are(driver):
    """Only that one is taken for another."""
    with pytest.raises(WebDriverException, match="disconnected") as caught:
        driver("disconnected: not connected to DevTools")

    assert WebDriverException is caught.type
