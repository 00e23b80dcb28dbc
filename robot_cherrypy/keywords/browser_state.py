"""Keywords that keep a log-in of a browser for other tests."""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from robot.api.deco import keyword

from robot_cherrypy.errors import BrowserError
from robot_cherrypy.evidence import logger
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.evidence.secret_names import is_secret_name
from robot_cherrypy.pages.selenium import usable_driver
from robot_cherrypy.pages.stored_state import (
    KINDS,
    cookies_of,
    page_of,
    set_cookies,
    set_storage,
    storage_of,
    told_errors,
)

# Of which version of this format a file is.
_FORMAT = 1

# A shorter text without a telling name is no secret, and might be in every text; nor are these.
_SHORTEST = 4
_WORDS = frozenset({"true", "false", "null", "none", "undefined"})

# A longer text is a document or a picture, above all if it has blanks; a token has none.
_LONGEST = 10_000
_LONGEST_WITH_BLANKS = 200

# How many texts without telling names are masked. The report remembers 500 secrets, and what a test
# has typed before is to stay among them.
_MOST = 300

# How many levels of JSON are read: texts in JSON may be JSON again.
_DEEPEST = 20


class BrowserStateKeywords:
    """Saving and loading what a browser keeps for a log-in."""

    @keyword
    def save_browser_state(self, path: Path) -> None:
        """Save the cookies of the current browser and the storage of its page in a file.

        A test that needs a log-in loads the file in place of logging in. The file has all cookies
        of the browser, and ``localStorage`` and ``sessionStorage`` of the page that is shown, also
        while a frame of it is selected. Whoever has it is logged in: only its owner can read it
        (mode 0600), and it has no place in a folder that is published, such as that of the reports.
        The report masks the texts in it that have at least four characters, or the name of a
        secret.

        Args:
            path: Name of the file. It is overwritten if it exists.

        Raises:
            BrowserError: No browser is open, it cannot be read now (a dialog is open, or a frame of
                another site is selected), or the file cannot be written.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser
        | Save Browser State    ${TEMPDIR}/member.json
        """
        driver = _driver("Save Browser State")
        state: dict[str, Any] = {
            "format": _FORMAT,
            "page": page_of(driver),
            "cookies": cookies_of(driver),
            "storage": storage_of(driver),
        }
        _mask(state)
        try:
            _write(path, json.dumps(state, indent=1))
        except OSError as error:
            raise BrowserError(f"The state cannot be saved in {path}: {error.strerror}.") from error
        logger.info(f"{len(state['cookies'])} cookies and the page's storage are in {path}.")

    @keyword
    def load_browser_state(self, path: Path) -> None:
        """Give the current browser the cookies and the storage of a file, and reload its page.

        Cookies hold for the same host on any port. The storage is given to the page that is shown,
        which has to be of the host from which it was saved.

        Args:
            path: Name of a file of `Save Browser State`.

        Raises:
            BrowserError: No browser is open, there is no such file, it is none of
                `Save Browser State`, or the browser does not accept what it has.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser
        | Save Browser State    ${TEMPDIR}/member.json
        | Open Headless Browser    alias=other
        | Load Browser State    ${TEMPDIR}/member.json
        """
        driver = _driver("Load Browser State")
        state = _read(path)
        _mask(state)
        set_cookies(driver, state["cookies"])
        storage = {kind: state["storage"].get(kind, {}) for kind in KINDS}
        if any(storage.values()):
            here = page_of(driver)
            if here != state["page"]:
                raise BrowserError(
                    f"The storage in {path} is of {state['page']}, and the page that is open is of"
                    f" {here}: open a page of {state['page']} first."
                )
            set_storage(driver, storage)
        with told_errors("The page did not load again"):
            driver.refresh()


def _driver(name: str) -> Any:
    driver = usable_driver()
    if driver is None:
        raise BrowserError(f"No browser is open: '{name}' needs 'Open Headless Browser'.")
    return driver


def _mask(state: dict[str, Any]) -> None:
    """Let the report show no value of cookies and storage that may be a secret."""
    cookies = [{cookie["name"]: cookie.get("value", "")} for cookie in state["cookies"]]
    named: dict[str, None] = {}
    others: dict[str, None] = {}
    for name, text in _texts("", [*cookies, *state["storage"].values()]):
        if is_secret_name(name, of_parameter=True):
            named[text] = None
        elif _may_be_secret(text):
            others[text] = None
    # The newest are remembered longest.
    SECRETS.add([*list(others)[:_MOST], *named])


def _may_be_secret(text: str) -> bool:
    longest = _LONGEST_WITH_BLANKS if re.search(r"\s", text) else _LONGEST
    return _SHORTEST <= len(text) <= longest and text.lower() not in _WORDS


def _texts(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers in a value with their names, also those in JSON that is a text.

    What stands in an object has the name of that object before its own.
    """
    if depth == _DEEPEST:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(f"{name.rpartition('.')[2]}.{key}".lstrip("."), item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(name, item, depth + 1)
    elif isinstance(value, str):
        containers = list(_containers(value))
        for container in containers:
            yield from _texts(name, container, depth + 1)
        if not containers:
            yield name, value
    elif value is not None and not isinstance(value, bool):
        yield name, str(value)


def _containers(text: str) -> Iterator[Any]:
    """Yield what a text is as JSON, also in the spelling of a cookie, if it contains more texts."""
    for written in {text, unquote(text)}:
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(written)
            if isinstance(value, dict | list | str):
                yield value


def _write(path: Path, text: str) -> None:
    """Write a file that nobody else can read, at no moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _read(path: Path) -> dict[str, Any]:
    try:
        state = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BrowserError(f"There is no state in {path}: {error.strerror}.") from error
    except ValueError as error:
        raise BrowserError(f"{path} is no file of 'Save Browser State': {error}.") from error
    if not isinstance(state, dict) or state.get("format") != _FORMAT:
        raise BrowserError(f"{path} is no file of 'Save Browser State' of this version.")
    return state
