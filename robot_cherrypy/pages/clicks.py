"""The page as it was before a click, with the element that was to be clicked."""

import json
import re
from dataclasses import dataclass
from typing import Any

from robot_cherrypy.pages.document import CLICK, SNAPSHOT
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.observers import observer_of

# How long a page may take to be read, in seconds. It needs 5 ms; a page that is busy for longer
# delays the click as well.
_TIMEOUT = 0.3

# How much of a document is read, in characters: each click waits for it, and this needs 10 ms.
_LONGEST = 50_000

# Which elements a keyword looks for by its default strategy; others look for any.
_TAGS = {
    "Click Button": "button, input",
    "Click Image": "img, input[type=image]",
    "Click Link": "a",
    "Submit Form": "form",
}

# How SeleniumLibrary's locators tell a strategy (its documentation, "Locating elements").
_STRATEGY = re.compile(
    r"(class|css|default|id|link|name|partial link|tag|xpath)\s*[:=]\s*(.*)", re.DOTALL
)
_OTHER_STRATEGY = re.compile(
    r"(data|dom|element|identifier|jquery|scLocator|sizzle)\s*[:=]", re.IGNORECASE
)


@dataclass(frozen=True)
class PageBefore:
    """A page before a click.

    Attributes:
        keyword: The keyword that was about to click.
        locator: Its locator, with secrets.
        url: Of the page.
        html: The document, in which the element has a frame around it.
        size: Width of the view and height of the page, in CSS pixels.
        element: The first element that the locator matches, such as `<button id="buy"> “Buy”`;
            empty if there is none.
        count: How many elements it matches; None if unknown.
        cover: The element that covers it, so that this would be clicked; empty if there is none.
    """

    keyword: str
    locator: str
    url: str
    html: str
    size: tuple[int, int]
    element: str = ""
    count: int | None = None
    cover: str = ""


def page_before(driver: Any, keyword: str, locator: str) -> PageBefore | None:
    """Return the page before a click; None if the browser does not tell it at once.

    Args:
        driver: The browser's driver.
        keyword: Name of the keyword.
        locator: Its first argument.
    """
    observer = observer_of(driver)
    if "scripts" not in observer.offers:
        return None
    strategy, value = _strategy(locator)
    arguments = json.dumps([_LONGEST, strategy, value, _TAGS.get(keyword, "*")])
    try:
        found = observer.read(f"({CLICK})({SNAPSHOT}, ...{arguments})", _TIMEOUT)
    except ObserverError:  # it is busy, or shows a dialog
        return None
    return PageBefore(
        keyword,
        locator,
        found["url"],
        found["html"],
        (found["width"], found["height"]),
        element=found["element"],
        count=found["count"],
        cover=found["cover"],
    )


def _strategy(locator: str) -> tuple[str, str]:
    """Return strategy and value of a locator; the strategy is empty if it is not known here."""
    if " >> " in locator or _OTHER_STRATEGY.match(locator) or locator.startswith("<"):
        return "", locator
    if locator.startswith(("/", "(/")):
        return "xpath", locator
    matched = _STRATEGY.match(locator)
    return (matched[1], matched[2]) if matched else ("default", locator)
