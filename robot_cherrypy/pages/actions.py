"""What a command of a test does to a browser, and waiting until an element is ready for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    WebDriverException,
)
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import remote_commands
from selenium.webdriver.remote.webelement import WebElement

_READINESS = (Path(__file__).parent / "readiness.js").read_text("utf-8").rstrip()

# The name of a reference to an element: the W3C Recommendation WebDriver, section 11, "Elements".
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

# Commands that change nothing of a page though they are sent by POST, and that of emptying a
# field: what comes after it may be done twice.
_HARMLESS = frozenset(
    {
        Command.CLEAR_ELEMENT,
        Command.FIND_CHILD_ELEMENT,
        Command.FIND_CHILD_ELEMENTS,
        Command.FIND_ELEMENT,
        Command.FIND_ELEMENTS,
        Command.FIND_ELEMENT_FROM_SHADOW_ROOT,
        Command.FIND_ELEMENTS_FROM_SHADOW_ROOT,
        Command.GET_LOG,
        Command.PRINT_PAGE,
        Command.SWITCH_TO_FRAME,
        Command.SWITCH_TO_PARENT_FRAME,
        Command.SWITCH_TO_WINDOW,
    }
)

# Commands that run a script of the test or of a keyword.
SCRIPTS = frozenset({Command.W3C_EXECUTE_SCRIPT, Command.W3C_EXECUTE_SCRIPT_ASYNC})

# Sends a command past whoever observes commands.
Send = Callable[[str, dict[str, Any]], Any]


def reads_only(command: object, values: Any, *, trusts_scripts: bool) -> bool:
    """Whether a command changes nothing of a page, however often it is sent.

    Args:
        command: Selenium's name of it.
        values: Its parameters.
        trusts_scripts: Whether scripts only read; those of Selenium itself, which begin with a
            comment, do in any case.
    """
    if not isinstance(command, str):
        return False  # of WebDriver BiDi
    if command in SCRIPTS:
        return trusts_scripts or str((values or {}).get("script", "")).startswith("/* ")
    return command in _HARMLESS or remote_commands.get(command, ("",))[0] == "GET"


@dataclass(frozen=True)
class Target:
    """An element that a command acts on.

    Attributes:
        element: The reference to it, as in the parameters of a command.
        is_pointed: Whether it is clicked, or pressed on.
        is_typed: Whether something is typed into it.
    """

    element: Any
    is_pointed: bool = False
    is_typed: bool = False


def targets(command: object, values: Any) -> list[Target]:
    """Return the elements that a command acts on."""
    if command == Command.CLICK_ELEMENT:
        return [Target({_ELEMENT: values["id"]}, is_pointed=True)]
    if command in {Command.SEND_KEYS_TO_ELEMENT, Command.CLEAR_ELEMENT}:
        return [Target({_ELEMENT: values["id"]}, is_typed=True)]
    if command == Command.W3C_ACTIONS:
        return _targets_of_actions(values["actions"])
    return []


def _targets_of_actions(sources: list[dict[str, Any]]) -> list[Target]:
    """Return the elements that a mouse or pen is moved to; what is pressed there may be dragged."""
    found = []
    for source in sources:
        actions = source.get("actions", [])
        is_pressed = any(action.get("type") == "pointerDown" for action in actions)
        for action in actions:
            origin = action.get("origin")
            if isinstance(origin, WebElement | dict):
                found.append(Target(origin, is_pointed=is_pressed))
    return list({str(target.element): target for target in found}.values())


@dataclass(frozen=True)
class Obstacle:
    """Why an action on an element has to wait.

    Attributes:
        element: The element's tag, with its attributes.
        reason: Such as `is covered by <div id="menu">`.
        is_fatal: Whether the action would have no effect, or one on another element.
        is_covered: Whether another element would get the click.
    """

    element: str
    reason: str
    is_fatal: bool = False
    is_covered: bool = False

    def __str__(self) -> str:
        """Return both as a sentence."""
        return f"Element {self.element} {self.reason}."

    def as_error(self) -> WebDriverException:
        """Return the error that a driver has for it, which may be caught by its type."""
        if self.is_covered:
            return ElementClickInterceptedException(f"element click intercepted: {self}")
        return ElementNotInteractableException(f"element not interactable: {self}")


def obstacle(send: Send, target: Target, tries: int) -> Obstacle | None:
    """Return why an element is not ready for an action, or None if it is.

    Args:
        send: Sends a command to the browser.
        target: The element.
        tries: How often this was asked before: an element that is hidden below what is fixed at
            an edge of the window is scrolled to another place then.

    Raises:
        StaleElementReferenceException: The element is not part of the document any more.
    """
    arguments = [target.element, target.is_pointed, target.is_typed, tries]
    values = {"script": _READINESS, "args": arguments}
    found = (send(Command.W3C_EXECUTE_SCRIPT, values) or {}).get("value")
    if not found:
        return None
    return Obstacle(
        found["what"],
        found["why"],
        is_fatal=found.get("isFatal", False),
        is_covered=found.get("isCovered", False),
    )
