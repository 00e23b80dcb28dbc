"""Waiting after a click until what it set off is done, on both sides."""

import time
from typing import Any

from selenium.common.exceptions import WebDriverException

from robot_cherrypy.evidence.network_log import NetworkLog, network_log
from robot_cherrypy.harness.registry import Servers

CLICKS = frozenset(
    {
        "Click Button",
        "Click Element",
        "Click Element At Coordinates",
        "Click Image",
        "Click Link",
        "Double Click Element",
        "Drag And Drop",
        "Drag And Drop By Offset",
        "Go Back",
        "Mouse Up",
        "Press Keys",
        "Select Checkbox",
        "Select From List By Index",
        "Select From List By Label",
        "Select From List By Value",
        "Select Radio Button",
        "Submit Form",
        "Unselect Checkbox",
    }
)
"""SeleniumLibrary's keywords that may make a page ask its server for something."""

_TURN = {"expression": "new Promise(done => setTimeout(done))", "awaitPromise": True}


def wait_for_page(driver: Any, servers: Servers, timeout: float) -> bool:
    """Wait until a browser has loaded what it asked for, and servers have nothing to do.

    A driver may return from a click before the browser has even begun to navigate. What the page
    does in its next turns is therefore awaited first; then the browser's own log of its network
    tells whether anything is still to come.

    Args:
        driver: Of the browser.
        servers: Those that may be busy.
        timeout: In seconds.

    Returns:
        Whether it was so within that time.
    """
    deadline = time.monotonic() + timeout
    log = network_log(driver)
    if log is not None and not _settled(driver, log, servers, deadline):
        return False
    return _servers_idle(servers, deadline)


def _settled(driver: Any, log: NetworkLog, servers: Servers, deadline: float) -> bool:
    while time.monotonic() < deadline:
        log.read(driver)
        if log.has_dialog:
            return True  # the page stands still, and most commands would close the dialog
        if log.is_busy:
            # Either the server answers first, or the browser goes on by itself.
            _servers_idle(servers, deadline)
        turned = _take_turn(driver)
        log.read(driver)
        if turned and not log.is_busy:
            return True
    return False


def stands_still(driver: Any, seconds: float) -> bool:
    """Wait until the page is not about to be left; taking its picture then would hang.

    Args:
        driver: Of the browser.
        seconds: For how long at most.

    Returns:
        Whether it stays; unknown, and taken for yes, in a browser that keeps no log.
    """
    log = network_log(driver)
    if log is None:
        return True
    deadline = time.monotonic() + seconds
    while True:
        log.read(driver)
        if log.has_dialog:
            return False  # most commands would close it
        turned = _take_turn(driver)
        log.read(driver)
        if turned and not log.leaving:
            return True
        if time.monotonic() > deadline:
            return False


def _take_turn(driver: Any) -> bool:
    """Let the page go on until its next turn; return whether it is still the same page."""
    try:
        driver.execute_cdp_cmd("Runtime.evaluate", _TURN)
    except WebDriverException:
        return False
    return True


def _servers_idle(servers: Servers, deadline: float) -> bool:
    idle = True
    for server in servers.running:
        if server.ended_by is None:
            idle = not server.wait_until_idle(max(0.0, deadline - time.monotonic())) and idle
    return idle
