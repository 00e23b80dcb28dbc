"""Browsers open as asked, look nothing up outside, and say why they do not open."""

import threading

import pytest

from robot_cherrypy import browser
from robot_cherrypy.browser import Settings, drivers
from robot_cherrypy.browser.devices import DEVICES
from robot_cherrypy.errors import BrowserError
from robot_cherrypy.tests.browser.conftest import serving

VIEW = "return [innerWidth, innerHeight]"


@pytest.fixture(scope="module")
def opened():
    """A browser with the settings that are nobody's wish."""
    driver = browser.start()
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
    """The view is as large as asked, also where the window has a frame."""
    driver = browser.start(kind, Settings(width=640, height=480))
    try:
        driver.get(url)
        assert [640, 480] == driver.execute_script(VIEW)
    finally:
        driver.quit()


@pytest.mark.parametrize("host", ["localhost", "app.localhost"])
def test_names_of_this_machine_are_known(opened, url, host):
    """All names that mean this machine work."""
    opened.get(url.replace("127.0.0.1", host))
    assert "Here" == opened.title


def test_other_hosts_are_not_shut_out(opened):
    """A page may come from any host that there is, as applications use other hosts' files."""
    with serving("127.0.0.2") as address:
        opened.get(address)
        assert "Here" == opened.title


def test_proxies_are_not_for_the_driver(monkeypatch, url):
    """A proxy in the environment is asked neither for the driver nor for a page of this machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    driver = browser.start()
    try:
        driver.get(url)
        assert "Here" == driver.title
    finally:
        driver.quit()


def test_device(url):
    """A device brings its screen and its user agent; the case of its name does not matter."""
    driver = browser.start("auto", Settings(device="pixel 7"))
    try:
        driver.get(url)
        assert [412, 915] == driver.execute_script("return [screen.width, screen.height]")
        assert "Pixel 7" in driver.execute_script("return navigator.userAgent")
    finally:
        driver.quit()


def test_unknown_device():
    """An unknown device is answered with near ones."""
    with pytest.raises(BrowserError) as caught:
        browser.start("auto", Settings(device="iPhone X"))
    assert (
        "Chromium headless shell knows no device 'iPhone X'. "
        "Did you mean 'iPhone XR' or 'iPhone SE' or 'iPhone 16'?"
    ) == str(caught.value)


def test_device_unlike_any_other():
    """Where none is near, all are listed."""
    with pytest.raises(BrowserError) as caught:
        browser.start("auto", Settings(device="#"))
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
    """A size that cannot be shown is refused before anything starts."""
    with pytest.raises(BrowserError) as caught:
        Settings(**values)
    assert message == str(caught.value)


def test_no_devices_in_firefox():
    """Firefox is refused a device before it starts."""
    firefox = browser.Browser("Mozilla Firefox", "firefox", "/firefox", "/geckodriver")
    with pytest.raises(BrowserError) as caught:
        browser.options(firefox, Settings(device="Pixel 7"))
    assert ("Mozilla Firefox cannot emulate device 'Pixel 7': take Chrome or Chromium.") == str(
        caught.value
    )


def test_browser_that_does_not_start():
    """A browser that ends at once is named with what its driver says."""
    found = browser.find()
    broken = browser.Browser("Broken", "chrome", "/bin/false", found.driver)
    with pytest.raises(BrowserError, match=r"^Broken \(/bin/false\) did not start: \w"):
        browser.start(broken)


def test_interrupted_start(monkeypatch):
    """What interrupts the opening of a browser, such as Robot's time-outs, leaves none."""
    services = []

    def interrupted(options, service):
        service.start()
        services.append(service)
        raise KeyboardInterrupt

    monkeypatch.setitem(drivers.DRIVERS, "chrome", interrupted)
    with pytest.raises(KeyboardInterrupt):
        browser.start("chrome")
    assert [0] == [service.process.returncode for service in services]


def test_capabilities():
    """Capabilities reach the browser."""
    driver = browser.start("auto", Settings(capabilities={"pageLoadStrategy": "eager"}))
    try:
        assert "eager" == driver.capabilities["pageLoadStrategy"]
    finally:
        driver.quit()


def test_in_background(url):
    """A browser opened in the background is as good as any, and its thread goes away."""
    driver = browser.start_in_background().result()
    try:
        driver.get(url)
        assert "Here" == driver.title
        assert not [thread for thread in threading.enumerate() if "browser" in thread.name]
    finally:
        driver.quit()


def test_error_in_background():
    """What goes wrong in the background is raised where the browser is wanted."""
    future = browser.start_in_background("lynx")
    with pytest.raises(BrowserError, match=r"^There is no browser 'lynx': "):
        future.result()


def test_bidi_connection_ends_with_the_browser(url):
    """A browser that speaks WebDriver BiDi closes as fast and leaves no thread."""
    before = set(threading.enumerate())
    driver = browser.start("auto", Settings(capabilities={"webSocketUrl": True}))
    driver.get(url)
    context = driver.browsing_context.get_tree()
    assert url == context[0].url
    driver.quit()
    assert set() == set(threading.enumerate()) - before
