"""The clock of pages, kept in step with that of this process."""

import json
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from robot.api import logger
from selenium.common.exceptions import WebDriverException
from urllib3.exceptions import HTTPError

from robot_cherrypy.errors import BrowserError
from robot_cherrypy.harness.clock import CLOCK
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pages.selenium import cdp, has_ended, library_modules, open_browsers

_ADD = "Page.addScriptToEvaluateOnNewDocument"
_REMOVE = "Page.removeScriptToEvaluateOnNewDocument"
_SCRIPT = (Path(__file__).parent / "clock.js").read_text("utf-8").rstrip()


class PageClocks:
    """Moves the clocks of all pages and workers in each open Chromium, also of later ones."""

    def __init__(self) -> None:
        # For each driver the identifier of the script that it runs in every new page; empty
        # if the observer knows it.
        self._scripts: WeakKeyDictionary[Any, str] = WeakKeyDictionary()

    def synchronize(self) -> None:
        """Set the clocks of all open browsers to the time of this process."""
        CLOCK.owners.set_libraries(library_modules())
        for driver in open_browsers():
            self._set(driver)

    def synchronize_new(self) -> None:
        """Set the clocks of browsers, and of libraries, that are new since the time was moved."""
        CLOCK.owners.set_libraries(library_modules())
        for driver in open_browsers():
            if driver not in self._scripts:
                self._set(driver)

    def _set(self, driver: Any) -> None:
        if has_ended(driver):
            return
        script = f"{_SCRIPT}({json.dumps(_state())})"
        observer = observer_of(driver)
        try:
            if "scripts" in observer.offers:
                self._scripts.setdefault(driver, "")  # only once, also where it does not succeed
                observer.run_everywhere("clock", script, is_kept=CLOCK.is_moved)
            else:
                self._set_by_driver(driver, script)
        except (ObserverError, BrowserError, WebDriverException, HTTPError, OSError) as error:
            if CLOCK.is_moved:
                reason = str(error).strip().partition("\n")[0]
                logger.warn(f"The clock of a browser could not be set: {reason}")
        if not CLOCK.is_moved:
            self._scripts.pop(driver, None)

    def _set_by_driver(self, driver: Any, script: str) -> None:
        """Set the clock of the selected window's frames, and of those that are loaded there."""
        before = self._scripts.pop(driver, None)
        added = cdp(driver, _ADD, source=script, runImmediately=True)
        if added is None:
            return
        self._scripts[driver] = added["identifier"]
        if before is not None:
            cdp(driver, _REMOVE, identifier=before)
        if not CLOCK.is_moved:
            cdp(driver, _REMOVE, identifier=self._scripts.pop(driver))


def _state() -> dict[str, Any]:
    if not CLOCK.is_moved:
        return {"offset": 0, "frozen": None}
    frozen = round(CLOCK.now().timestamp() * 1000) if CLOCK.is_frozen else None
    return {"offset": round(CLOCK.offset() * 1000), "frozen": frozen}
