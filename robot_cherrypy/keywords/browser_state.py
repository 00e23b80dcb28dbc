"""Keywords that keep a log-in of a browser for other tests."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from robot.api.deco import keyword

from robot_cherrypy.errors import BrowserError
from robot_cherrypy.evidence import logger
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.pages.selenium import usable_driver
from robot_cherrypy.pages.stored_state import (
    KINDS,
    cookies_of,
    set_cookies,
    set_storage,
    storage_of,
)

# Of which version of this format a file is.
_FORMAT = 1

# A shorter stored value, such as `dark` or `true`, is no secret, and might be in every text.
_SHORTEST = 8


class BrowserStateKeywords:
    """Saving and loading what a browser keeps for a log-in."""

    @keyword
    def save_browser_state(self, path: Path) -> None:
        """Save the cookies of the current browser and the storage of its page in a file.

        A test that needs a log-in loads the file in place of logging in. Only its owner can read
        the file (mode 0600), and the report masks what is in it. It has all cookies of the browser
        (in Firefox, those of the page), and ``localStorage`` and ``sessionStorage`` of the page
        that is shown.

        Args:
            path: Name of the file. It is overwritten if it exists.

        Raises:
            BrowserError: No browser is open, or the file cannot be written.

        Example:
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser
        | Save Browser State    ${OUTPUT_DIR}/member.json
        """
        driver = _driver("Save Browser State")
        state: dict[str, Any] = {
            "format": _FORMAT,
            "page": _page(driver.current_url),
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
        | Save Browser State    ${OUTPUT_DIR}/member.json
        | Open Headless Browser    alias=other
        | Load Browser State    ${OUTPUT_DIR}/member.json
        """
        driver = _driver("Load Browser State")
        state = _read(path)
        _mask(state)
        set_cookies(driver, state["cookies"])
        storage = {kind: state["storage"].get(kind, {}) for kind in KINDS}
        if any(storage.values()):
            here = _page(driver.current_url)
            if here != state["page"]:
                raise BrowserError(
                    f"The storage in {path} is of {state['page']}, and the page that is open is of"
                    f" {here}: open a page of {state['page']} first."
                )
            set_storage(driver, storage)
        driver.refresh()


def _driver(name: str) -> Any:
    driver = usable_driver()
    if driver is None:
        raise BrowserError(f"No browser is open: '{name}' needs 'Open Headless Browser'.")
    return driver


def _page(url: str) -> str:
    """Return scheme and host of a page; servers of tests have another port each time."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}"


def _mask(state: dict[str, Any]) -> None:
    """Let the report show no value of cookies and storage that may be a secret."""
    values = [str(cookie.get("value", "")) for cookie in state["cookies"]]
    values += [str(value) for stored in state["storage"].values() for value in stored.values()]
    SECRETS.add(value for value in values if len(value) >= _SHORTEST)


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
