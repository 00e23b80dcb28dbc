"""The settings with which browsers are started, and what Selenium calls options."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_cherrypy.browser.devices import spelling
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selenium.webdriver import ChromeOptions, EdgeOptions, FirefoxOptions

    from robot_cherrypy.browser.finding import Browser

    Options = ChromeOptions | EdgeOptions | FirefoxOptions

WIDTH, HEIGHT = 1280, 800
# What Chromium with a window looks up by itself at every start (seen in its network log); its
# headless shell looks up nothing.
OWN_SERVICES = ("accounts.google.com", "clients2.google.com", "update.googleapis.com")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108, a file system, and no place for files of ours
ENOUGH_SHARED_MEMORY = 256 << 20


@dataclass(frozen=True)
class Settings:
    """How a browser is to be opened.

    Attributes:
        device: The name of a device to emulate, as ChromeDriver knows it. It brings its own size.
        width: Of the view of the page, in CSS pixels; 1280 by default.
        height: Of the view of the page, in CSS pixels; 800 by default.
        logs: Whether the browser keeps its console and what it does on the network for
            `driver.get_log`, as "browser" and "performance". Not in Firefox.
        capabilities: Further capabilities.

    Raises:
        BrowserError: The size is none, or comes twice.
    """

    device: str | None = None
    width: int | None = None
    height: int | None = None
    logs: bool = False
    capabilities: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in (("width", self.width), ("height", self.height)):
            if value is not None and self.device:
                raise BrowserError(
                    f"Device {self.device!r} has a size of its own: leave out {name}={value}."
                )
            if value is not None and value < 1:
                raise BrowserError(f"The {name} of a browser is at least 1 pixel, not {value}.")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return (self.width or WIDTH, self.height or HEIGHT)


def options(browser: Browser, settings: Settings) -> Options:
    """Make Selenium's options for a headless browser that is fast and phones nobody by itself.

    Raises:
        BrowserError: The browser cannot emulate devices.
    """
    from selenium.webdriver.common.options import BaseOptions  # noqa: PLC0415, see `opening`

    result = firefox_options if browser.family == "firefox" else chromium_options
    made = result(browser, settings)
    made.binary_location = str(browser.binary)
    for name, value in settings.capabilities.items():
        made.set_capability(name, value)
    # HTTP_PROXY is for the application, not for talking to the driver. The subclasses' own method
    # does just this and warns; what it recommends cannot be said to a local driver.
    BaseOptions.ignore_local_proxy_environment_variables(made)
    return made


def chromium_options(browser: Browser, settings: Settings) -> ChromeOptions | EdgeOptions:
    """Make the options for Chrome, Chromium and Edge."""
    from selenium.webdriver import ChromeOptions, EdgeOptions  # noqa: PLC0415

    result = ChromeOptions() if browser.family == "chrome" else EdgeOptions()
    for argument in chromium_arguments(browser, settings):
        result.add_argument(argument)
    if settings.device:
        emulation = {"deviceName": spelling(settings.device)}
        result.add_experimental_option("mobileEmulation", emulation)
    if settings.logs:
        vendor = "goog" if browser.family == "chrome" else "ms"
        result.set_capability(f"{vendor}:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return result


def chromium_arguments(browser: Browser, settings: Settings) -> list[str]:
    """List the command line arguments that ChromeDriver does not add by itself."""
    arguments = [
        "--window-size={},{}".format(*settings.size),
        "--disable-component-update",
        "--disable-extensions",
    ]
    if not browser.headless_shell:
        blocked = ", ".join(f"MAP {host} ~NOTFOUND" for host in OWN_SERVICES)
        arguments += ["--headless=new", f"--host-resolver-rules={blocked}"]
    if os.name == "posix" and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # the sandbox refuses root
    if SHARED_MEMORY.exists() and shutil.disk_usage(SHARED_MEMORY).total < ENOUGH_SHARED_MEMORY:
        arguments.append("--disable-dev-shm-usage")  # with a container's 64 MiB pages crash
    return arguments


def firefox_options(browser: Browser, settings: Settings) -> FirefoxOptions:
    """Make the options for Firefox."""
    from selenium.webdriver import FirefoxOptions  # noqa: PLC0415

    if settings.device:
        raise BrowserError(
            f"{browser.label} cannot emulate device {settings.device!r}: take Chrome or Chromium."
        )
    result = FirefoxOptions()
    result.add_argument("-headless")
    return result
