"""What is known of a Selenium Grid without its keywords."""

import time

import requests
from robot.api.deco import keyword, library

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables

# How long sessions may take to be opened or closed, in seconds.
_TIMEOUT = 60


@library
class grid:  # noqa: N801 - Robot imports a library by the name of its file
    """Reads the state of a Grid."""

    @keyword
    def why_no_grid(self) -> str:
        """Return why no Grid can be started here; empty if one can."""
        try:
            executables.java()
            executables.selenium_server()
        except StackError as error:
            return str(error)
        return ""

    @keyword
    def grid_should_have_sessions(self, url: str, number: int) -> list[str]:
        """Wait until so many browsers are open; return their sessions."""
        deadline = time.monotonic() + _TIMEOUT
        while len(sessions := self._sessions(url)) != number:
            if time.monotonic() > deadline:
                raise AssertionError(f"The Grid has {len(sessions)} sessions, not {number}.")
            time.sleep(0.1)
        return sessions

    def _sessions(self, url: str) -> list[str]:
        nodes = requests.get(f"{url}/status", timeout=_TIMEOUT).json()["value"]["nodes"]
        slots = [slot for node in nodes for slot in node["slots"]]
        return [slot["session"]["sessionId"] for slot in slots if slot["session"]]
