"""It is known what a command does to a page, and to which of its elements."""

import pytest
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
)
from selenium.webdriver.remote.command import Command

from robot_cherrypy.pages.actions import Obstacle, Target, obstacle, reads_only, targets

ELEMENT = {"element-6066-11e4-a52e-4f735466cecf": "e"}


def script(text):
    """The parameters of a command that runs a script."""
    return {"script": text, "args": []}


@pytest.mark.parametrize(
    ("command", "values", "is_reading"),
    [
        (Command.FIND_ELEMENTS, {}, True),
        (Command.GET_TITLE, None, True),
        (Command.GET_ELEMENT_TEXT, {"id": "e"}, True),
        (Command.SWITCH_TO_FRAME, {"id": None}, True),
        (Command.CLEAR_ELEMENT, {"id": "e"}, True),
        (Command.W3C_EXECUTE_SCRIPT, script("/* isDisplayed */return 1"), True),
        (Command.W3C_EXECUTE_SCRIPT, script("return 1"), False),
        (Command.CLICK_ELEMENT, {"id": "e"}, False),
        (Command.GET, {"url": "/"}, False),
        (Command.DELETE_COOKIE, {"name": "a"}, False),
        ("executeCdpCommand", {}, False),
        (iter(()), None, False),
    ],
)
def test_commands_that_only_read_are_known(command, values, is_reading):
    """By their HTTP method, but for some."""
    assert is_reading == reads_only(command, values, trusts_scripts=False)


def test_scripts_of_keywords_only_read():
    """Such as those that find elements."""
    assert reads_only(Command.W3C_EXECUTE_SCRIPT, script("return 1"), trusts_scripts=True)


def actions(*moves, is_pressed=True):
    """The parameters of actions of a mouse on elements."""
    steps = [{"type": "pointerMove", "origin": origin} for origin in moves]
    steps += [{"type": "pointerDown"}] * is_pressed
    return {"actions": [{"type": "pointer", "actions": steps}, {"type": "key"}]}


@pytest.mark.parametrize(
    ("command", "values", "expected"),
    [
        (Command.CLICK_ELEMENT, {"id": "e"}, [Target(ELEMENT, is_pointed=True)]),
        (Command.SEND_KEYS_TO_ELEMENT, {"id": "e"}, [Target(ELEMENT, is_typed=True)]),
        (Command.GET_TITLE, {}, []),
        (Command.W3C_ACTIONS, actions("viewport"), []),
        (Command.W3C_ACTIONS, actions(ELEMENT, ELEMENT), [Target(ELEMENT, is_pointed=True)]),
        (Command.W3C_ACTIONS, actions(ELEMENT, is_pressed=False), [Target(ELEMENT)]),
    ],
)
def test_elements_of_commands_are_known(command, values, expected):
    """Each once."""
    assert expected == targets(command, values)


def test_errors_are_those_of_a_driver():
    """They say which element, and why."""
    covered = Obstacle("<a>", "is covered by <b>", is_fatal=True, is_covered=True).as_error()
    assert isinstance(covered, ElementClickInterceptedException)
    assert covered.msg.startswith("element click intercepted: Element <a> is covered by <b>.")
    disabled = Obstacle("<a>", "is disabled", is_fatal=True).as_error()
    assert isinstance(disabled, ElementNotInteractableException)


def test_an_element_that_is_ready_has_no_obstacle():
    """The script returns null."""
    assert obstacle(lambda _command, _values: {"value": None}, Target(ELEMENT), 0) is None
