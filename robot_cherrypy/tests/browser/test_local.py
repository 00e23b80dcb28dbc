"""Browsers of this machine open with their settings, or the error says why they do not."""

import threading

import pytest

from robot_cherrypy import browser
from robot_cherrypy.browser import Settings, drivers
from robot_cherrypy.browser.devices import DEVICES
from robot_cherrypy.browser.discovery import Browser
from robot_cherrypy.errors import BrowserError
from robot_cherrypy.tests.browser.conftest import page_on

VIEW = "return [innerWidth, innerHeight]"


@pytest.fixture(scope="module")
def opened():
    """A browser with the default settings."""
    driver = browser.open_local()
    yield driver
    driver.quit()


def test_page(opened, url):
    """A page of this machine loads."""
    opened.get(url)
    assert "Here" == opened.title


def test_default_size(opened, url):
    """The view has the documented size."""
    opened.get(url)
    assert [1280, 800] == opened.execute_script(VIEW)


@pytest.mark.parametrize("kind", ["chromium-headless-shell", "chromium"])
def test_size(kind, url):
    """The view has the size of the settings, also where the window has a frame."""
    driver = browser.open_local(kind, Settings(width=640, height=480))
    try:
        driver.get(url)
        assert [640, 480] == driver.execute_script(VIEW)
    finally:
        driver.quit()


@pytest.mark.parametrize("host", ["localhost", "app.localhost"])
def test_names_of_this_machine_are_known(opened, url, host):
    """All names of this machine can be opened."""
    opened.get(url.replace("127.0.0.1", host))
    assert "Here" == opened.title


def test_other_hosts_are_not_blocked(opened):
    """A page may come from any host, since applications use files of other hosts."""
    with page_on("127.0.0.2") as page_url:
        opened.get(page_url)
        assert "Here" == opened.title


def test_proxies_are_not_for_the_driver(monkeypatch, url):
    """A proxy in the environment is used neither for the driver nor for pages of this machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    driver = browser.open_local()
    try:
        driver.get(url)
        assert "Here" == driver.title
    finally:
        driver.quit()


def test_device(url):
    """A device sets the screen and the user agent; the case of its name does not matter."""
    driver = browser.open_local("auto", Settings(device="pixel 7"))
    try:
        driver.get(url)
        assert [412, 915] == driver.execute_script("return [screen.width, screen.height]")
        assert "Pixel 7" in driver.execute_script("return navigator.userAgent")
    finally:
        driver.quit()


def test_unknown_device():
    """The error for an unknown device suggests similar names."""
    with pytest.raises(BrowserError) as caught:
        browser.open_local("auto", Settings(device="iPhone X"))
    assert (
        "Chromium headless shell knows no device 'iPhone X'. "
        "Did you mean 'iPhone XR' or 'iPhone SE' or 'iPhone 16'?"
    ) == str(caught.value)


def test_device_unlike_any_other():
    """If there are no similar names, the error lists all devices."""
    with pytest.raises(BrowserError) as caught:
        browser.open_local("auto", Settings(device="#"))
    expected = f"{browser.find().label} knows no device '#'. There are {', '.join(DEVICES)}."
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"width": 0}, "The width of a browser is at least 1 pixel, not 0."),
        ({"height": -1}, "The height of a browser is at least 1 pixel, not -1."),
        (
            {"device": "Pixel 7", "width": 10},
            "Device 'Pixel 7' has a size of its own: leave out width=10.",
        ),
    ],
)
def test_sizes_that_cannot_be(values, message):
    """An impossible size is refused before anything starts."""
    with pytest.raises(BrowserError) as caught:
        Settings(**values)
    assert message == str(caught.value)


def test_unknown_device_in_firefox():
    """A device is refused for Firefox before Firefox starts."""
    firefox = Browser("Mozilla Firefox", "firefox", "/firefox", "/geckodriver")
    with pytest.raises(BrowserError) as caught:
        browser.options(firefox, Settings(device="Pixel 70"))
    assert str(caught.value).startswith("Mozilla Firefox knows no device 'Pixel 70'. Did you mean")


def test_browser_that_does_not_start():
    """The error for a browser that ends at once has its path and the driver's message."""
    broken = Browser("Broken", "chrome", "/bin/false", browser.find().driver)
    with pytest.raises(BrowserError, match=r"^Broken \(/bin/false\) did not start: \w"):
        browser.open_local(broken)


def test_interrupted_start(monkeypatch):
    """An exception while a browser opens, such as Robot's time-out, leaves no driver running."""
    services = []

    def interrupted(options, service):
        service.start()
        services.append(service)
        raise KeyboardInterrupt

    monkeypatch.setitem(drivers.DRIVERS, "chrome", interrupted)
    with pytest.raises(KeyboardInterrupt):
        browser.open_local("chrome")
    assert [0] == [service.process.returncode for service in services]


def test_capabilities():
    """Capabilities are passed to the browser."""
    driver = browser.open_local("auto", Settings(capabilities={"pageLoadStrategy": "eager"}))
    try:
        assert "eager" == driver.capabilities["pageLoadStrategy"]
    finally:
        driver.quit()


def test_bidi_connection_ends_with_the_browser(url):
    """A browser with WebDriver BiDi leaves no thread when it is closed."""
    before = set(threading.enumerate())
    driver = browser.open_local("auto", Settings(capabilities={"webSocketUrl": True}))
    driver.get(url)
    context = driver.browsing_context.get_tree()
    assert url == context[0].url
    driver.quit()
    left = set(threading.enumerate()) - before
    for thread in left:
        thread.join(60)
    assert not any(thread.is_alive() for thread in left)


def test_window_without_a_display(monkeypatch):
    """The error says what to do."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(BrowserError, match=r"needs a display, and there is none: .*xvfb-run"):
        browser.open_local("auto", Settings(headed=True))
