"""The clock of pages, kept in step with that of this process."""

import json
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from selenium.common.exceptions import WebDriverException

from robot_cherrypy.evidence.browser_side import open_browsers
from robot_cherrypy.harness.clock import CLOCK

_SCRIPT = (Path(__file__).parent / "page_clock.js").read_text("utf-8").rstrip()


class PageClocks:
    """Moves the clock in each open Chromium: in its page, and in those that it will load."""

    def __init__(self) -> None:
        # By driver, the script that every new page runs (DevTools protocol,
        # Page.addScriptToEvaluateOnNewDocument).
        self._moved: WeakKeyDictionary[Any, str] = WeakKeyDictionary()

    def follow(self) -> None:
        """Set all to the time of this process."""
        for _alias, driver in open_browsers():
            self._set(driver)

    def follow_in_new_browsers(self) -> None:
        """Set those that were opened since."""
        for _alias, driver in open_browsers():
            if driver not in self._moved:
                self._set(driver)

    def _set(self, driver: Any) -> None:
        if not hasattr(driver, "execute_cdp_cmd"):
            return
        script = f"{_SCRIPT}({json.dumps(_state())})"
        try:
            before = self._moved.pop(driver, None)
            if before is not None:
                command = "Page.removeScriptToEvaluateOnNewDocument"
                driver.execute_cdp_cmd(command, {"identifier": before})
            if CLOCK.is_moved:
                command = "Page.addScriptToEvaluateOnNewDocument"
                added = driver.execute_cdp_cmd(command, {"source": script})
                self._moved[driver] = added["identifier"]
            driver.execute_cdp_cmd("Runtime.evaluate", {"expression": script})
        except WebDriverException:
            if CLOCK.is_moved:
                raise
            # Putting it back: the browser is gone, and so is its clock.


def _state() -> dict[str, Any]:
    if not CLOCK.is_moved:
        return {"offset": 0, "frozen": None}
    frozen = round(CLOCK.now().timestamp() * 1000) if CLOCK.is_frozen else None
    return {"offset": round(CLOCK.offset() * 1000), "frozen": frozen}
