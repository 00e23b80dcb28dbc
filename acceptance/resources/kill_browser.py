"""Kills the current browser, but not its driver."""

import contextlib
import os
import re
import signal
from pathlib import Path
from typing import Any

from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn


@keyword
def kill_browser() -> None:
    """Kill the browser that SeleniumLibrary drives, and wait until its driver knows it."""
    library: Any = BuiltIn().get_library_instance("SeleniumLibrary")
    capabilities = library.driver.capabilities
    if firefox := capabilities.get("moz:processID"):
        os.kill(firefox, signal.SIGKILL)
    else:
        _kill_chromium(capabilities["chrome"]["userDataDir"])
    while library.driver.service.process.poll() is None and _has_window(library.driver):
        pass


def _kill_chromium(folder: str) -> None:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            command = (entry / "cmdline").read_bytes().decode()
            if folder in command and not re.search("--type=", command):
                os.kill(int(entry.name), signal.SIGKILL)


def _has_window(driver: Any) -> bool:
    from selenium.common.exceptions import WebDriverException  # noqa: PLC0415

    try:
        return bool(driver.window_handles)
    except WebDriverException:
        return False
