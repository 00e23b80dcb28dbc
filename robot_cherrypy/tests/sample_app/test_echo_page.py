"""What a person at a browser gets from the echo applications."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from selenium_axe_python import Axe

from robot_cherrypy.tests.sample_app.messages import MESSAGES, SCRIPT

DESKTOP, PHONE = (1280, 800), (320, 640)


def _send(browser, url, message):
    browser.get(f"{url}/")
    browser.execute_script("document.getElementById('message').value = arguments[0]", message)
    browser.find_element(By.ID, "send").click()
    return _answer(browser)


def _answer(browser):
    wait = WebDriverWait(browser, 10, poll_frequency=0.02)
    return wait.until(lambda page: page.find_elements(By.ID, "echo"))[0]


def _focused(browser):
    return browser.switch_to.active_element.get_attribute("id")


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def window(request, browser):
    """Give the browser's window the size of a screen."""
    width, height = request.param
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    yield request.param
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture(params=["light", "dark"])
def scheme(request, browser):
    """Let the person prefer a colour scheme."""
    feature = {"name": "prefers-color-scheme", "value": request.param}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    yield request.param
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_browser_shows_what_was_typed(browser, echo_url, message):
    """The answer's text is the message as the text field holds it."""
    typed = message.replace("\r\n", "\n")

    assert typed == _send(browser, echo_url, message).get_property("textContent")


@pytest.mark.parametrize(
    ("message", "dimension"), [("  two", "width"), ("a    b", "width"), ("a\n\nb", "height")]
)
def test_blanks_and_line_breaks_are_visible(browser, echo_url, message, dimension):
    """White space takes room on the screen as it does in the message."""
    answer = _send(browser, echo_url, message)
    browser.execute_script("arguments[0].style.width = 'max-content'", answer)
    shown = answer.rect[dimension]
    browser.execute_script("arguments[0].style.whiteSpace = 'normal'", answer)

    assert shown > answer.rect[dimension]


def test_script_is_shown_and_not_run(browser, echo_url):
    """Markup in a message is text: no element comes of it, and nothing of it runs."""
    answer = _send(browser, echo_url, SCRIPT)

    assert SCRIPT == answer.text
    assert [] == answer.find_elements(By.XPATH, ".//*")
    assert "You said – Echo" == browser.title
    assert [] == browser.get_log("browser")


def test_empty_message_is_answered(browser, echo_url):
    """Nothing sent is not nothing answered."""
    _send(browser, echo_url, "")

    assert "You said nothing" == browser.find_element(By.TAG_NAME, "h2").text


def test_page_is_usable_by_keyboard_alone(browser, echo_url):
    """Tab leads to the message and then to the button, where Enter sends."""
    browser.get(f"{echo_url}/")
    keys = browser.switch_to.active_element
    keys.send_keys(Keys.TAB)
    assert "message" == _focused(browser)

    browser.switch_to.active_element.send_keys("By keyboard", Keys.TAB)
    assert "send" == _focused(browser)

    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert "By keyboard" == _answer(browser).text


def test_focus_is_visible(browser, echo_url, scheme):
    """What has the focus wears an outline."""
    browser.get(f"{echo_url}/")
    for _ in range(2):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        focused = browser.switch_to.active_element
        assert "solid" == focused.value_of_css_property("outline-style"), scheme
        assert "3px" == focused.value_of_css_property("outline-width"), scheme


def test_label_leads_to_the_message(browser, echo_url):
    """The field has the name that is written above it, and a click on that moves there."""
    browser.get(f"{echo_url}/")
    browser.find_element(By.XPATH, "//label[.='Message']").click()

    assert "message" == _focused(browser)
    assert "Message" == browser.switch_to.active_element.accessible_name


@pytest.mark.usefixtures("window", "scheme")
@pytest.mark.parametrize("message", [None, "", "Hello", MESSAGES["line breaks"]])
def test_page_is_accessible(browser, echo_url, message):
    """The axe engine finds no violation, on a small and a large screen, in light and in dark."""
    if message is None:
        browser.get(f"{echo_url}/")
    else:
        _send(browser, echo_url, message)
    axe = Axe(browser)
    axe.inject()
    violations = axe.run()["violations"]

    assert [] == violations, axe.report(violations)


@pytest.mark.usefixtures("window")
def test_nothing_is_wider_than_the_screen(browser, echo_url):
    """A long message without a blank is broken, so that nobody has to scroll sideways."""
    _send(browser, echo_url, "x" * 5000)
    root = browser.find_element(By.TAG_NAME, "html")

    assert root.get_property("scrollWidth") == root.get_property("clientWidth")


def test_colours_follow_the_scheme(browser, echo_url, scheme):
    """Dark is dark."""
    browser.get(f"{echo_url}/")
    body = browser.find_element(By.TAG_NAME, "body")
    expected = {"light": "rgba(246, 244, 242, 1)", "dark": "rgba(22, 19, 20, 1)"}

    assert expected[scheme] == body.value_of_css_property("background-color")
