"""The settings with which browsers are opened, and Selenium's options for them."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_cherrypy.browser.certificates import ANY, key_hashes
from robot_cherrypy.browser.devices import spelling
from robot_cherrypy.browser.discovery import Browser
from robot_cherrypy.browser.emulation import Emulation
from robot_cherrypy.browser.firefox import firefox_options
from robot_cherrypy.browser.kinds import Family
from robot_cherrypy.browser.sandbox import runs_without
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from selenium.webdriver import ChromeOptions, EdgeOptions
    from selenium.webdriver.common.options import ArgOptions

# Functions import Selenium where they need it, see `local`.
# ruff: noqa: PLC0415

# The size of the view of a page, in CSS pixels: what a small laptop shows of one.
_WIDTH, _HEIGHT = 1280, 800

# What Chromium with a window requests by itself at every start (seen in its network log). The
# headless shell requests nothing.
_OWN_SERVICES = ("accounts.google.com", "clients2.google.com", "update.googleapis.com")

# Where Chromium's processes share memory. Pages crash where it has only the 64 MiB of a container.
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only its size is read

# Permissions for devices, in whose place Chromium has fakes: a machine for tests has none.
_DEVICES = frozenset({"camera", "microphone"})

# How much of it is enough, in bytes: four times what a container has.
_ENOUGH_SHARED_MEMORY = 256 << 20


@dataclass(frozen=True)
class Settings:
    """How to open a browser.

    Attributes:
        device: The name of a device to emulate, as ChromeDriver knows it. It sets the size as well.
        width: The width of the page's view, in CSS pixels; 1280 by default.
        height: The height of the page's view, in CSS pixels; 800 by default.
        logs: Whether `driver.get_log` returns the console ("browser") and what the browser does on
            the network ("performance"). Not in Firefox.
        downloads: The folder for downloads; by default one that is deleted with the browser.
        headed: Whether the browser has a window.
        emulation: What it pretends about its user.
        permissions: What pages may do without asking, by names of the W3C Permissions standard,
            such as `geolocation`.
        arguments: Further arguments for the command line of the browser.
        certificates: Certificates of servers that are accepted: files in PEM format, or `any`.
        capabilities: Further capabilities, of which those of the browser's options are added.

    Raises:
        BrowserError: The size is impossible, or is given together with a device; or an argument
            is none.
    """

    device: str | None = None
    width: int | None = None
    height: int | None = None
    logs: bool = False
    downloads: Path | None = None
    headed: bool = False
    emulation: Emulation = field(default_factory=Emulation)
    permissions: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    capabilities: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in (("width", self.width), ("height", self.height)):
            if value is not None and self.device:
                raise BrowserError(
                    f"Device {self.device!r} has a size of its own: leave out {name}={value}."
                )
            if value is not None and value < 1:
                raise BrowserError(f"The {name} of a browser is at least 1 pixel, not {value}.")
        for argument in self.arguments:
            if not argument.startswith("-"):
                raise BrowserError(
                    f"'{argument}' is no argument for a browser: write '--{argument}'."
                )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return (self.width or _WIDTH, self.height or _HEIGHT)


def options(browser: Browser, settings: Settings) -> "ArgOptions":
    """Return Selenium's options for a browser on this machine, which makes no requests of its own.

    Raises:
        BrowserError: The browser knows no such device, or a file with certificates has none.
    """
    from selenium.webdriver.common.options import BaseOptions

    selenium_options: Any
    if browser.family == "firefox":
        selenium_options = firefox_options(browser.label, settings)
        if not settings.headed:
            selenium_options.add_argument("-headless")
    else:
        selenium_options = _chromium_options(browser.family, settings)
        for argument in _local_arguments(browser, settings):
            selenium_options.add_argument(argument)
        if settings.logs:
            vendor = "goog" if browser.family == "chrome" else "ms"
            preferences = {"browser": "ALL", "performance": "ALL"}
            selenium_options.set_capability(f"{vendor}:loggingPrefs", preferences)
    selenium_options.binary_location = str(browser.binary)
    # HTTP_PROXY is for the application, not for the connection to the driver. The method of the
    # base class is called, as those of the subclasses also warn and recommend `ClientConfig`, which
    # local drivers do not take.
    BaseOptions.ignore_local_proxy_environment_variables(selenium_options)
    return _with_own(selenium_options, settings)


def remote_options(family: Family, settings: Settings, *, is_observed: bool) -> "ArgOptions":
    """Return Selenium's options for a browser on another machine.

    Args:
        family: What browser.
        settings: How to open it. What says nothing, such as the size, is as that machine has it.
        is_observed: Whether it is to be observed by WebDriver BiDi, as its DevTools may be out of
            reach. Firefox always is.

    Raises:
        BrowserError: The browser knows no such device, or a file with certificates has none.
    """
    if family == "firefox":
        return _with_own(firefox_options("Mozilla Firefox", settings), settings)
    selenium_options = _chromium_options(family, settings)
    if is_observed:
        selenium_options.set_capability("webSocketUrl", True)
        selenium_options.set_capability("unhandledPromptBehavior", "ignore")
    return _with_own(selenium_options, settings)


def _with_own(selenium_options: "ArgOptions", settings: Settings) -> "ArgOptions":
    """Return the options with what the user has chosen."""
    for argument in settings.arguments:
        selenium_options.add_argument(argument)
    if ANY in settings.certificates:
        selenium_options.accept_insecure_certs = True
    for name, value in settings.capabilities.items():
        set_capability(selenium_options, name, value)
    return selenium_options


def set_capability(options: "ArgOptions", name: str, value: Any) -> None:
    """Set a capability, and add to one that Selenium or this module has set already.

    Raises:
        BrowserError: The options of a browser are none that Selenium can set.
    """
    if name == getattr(options, "KEY", None):
        for option, setting in value.items():
            _set_option(options, option, setting)
    elif isinstance(value, Mapping):
        options.set_capability(name, {**options.capabilities.get(name, {}), **value})
    else:
        options.set_capability(name, value)


def _set_option(options: Any, option: str, setting: Any) -> None:
    """Set an option of the browser itself, such as its command line arguments (`args`)."""
    if option == "args":
        for argument in setting:
            options.add_argument(argument)
    elif option == "binary":
        options.binary_location = setting
    elif hasattr(options, "add_experimental_option"):
        before = options.experimental_options.get(option)
        both = isinstance(before, dict) and isinstance(setting, Mapping)
        options.add_experimental_option(option, {**before, **setting} if both else setting)
    elif option == "prefs" and hasattr(options, "set_preference"):
        for preference, value in setting.items():
            options.set_preference(preference, value)
    else:
        raise BrowserError(f"The option '{option}' of {options.KEY} cannot be set.")


def _chromium_options(family: Family, settings: Settings) -> "ChromeOptions | EdgeOptions":
    """Return the options for Chrome, Chromium and Edge, wherever they are."""
    from selenium.webdriver import ChromeOptions, EdgeOptions

    selenium_options = ChromeOptions() if family == "chrome" else EdgeOptions()
    for argument in settings.emulation.chromium_arguments:
        selenium_options.add_argument(argument)
    if hashes := [
        each for file in settings.certificates if file != ANY for each in key_hashes(Path(file))
    ]:
        keys = ",".join(hashes)
        selenium_options.add_argument(f"--ignore-certificate-errors-spki-list={keys}")
    if _DEVICES & set(settings.permissions):
        selenium_options.add_argument("--use-fake-device-for-media-stream")
    if settings.device:
        emulation = {"deviceName": spelling(settings.device)}
        selenium_options.add_experimental_option("mobileEmulation", emulation)
    return selenium_options


def _local_arguments(browser: Browser, settings: Settings) -> list[str]:
    """Return the command line arguments that ChromeDriver does not add by itself."""
    arguments = [
        "--window-size={},{}".format(*settings.size),
        "--disable-component-update",
        "--disable-extensions",
    ]
    if not browser.headless_shell:
        blocked = ", ".join(f"MAP {host} ~NOTFOUND" for host in _OWN_SERVICES)
        arguments.append(f"--host-resolver-rules={blocked}")
        if not settings.headed:
            arguments.append("--headless=new")
    if runs_without():
        arguments.append("--no-sandbox")  # Chromium's sandbox does not run as root
    if _SHARED_MEMORY.exists() and shutil.disk_usage(_SHARED_MEMORY).total < _ENOUGH_SHARED_MEMORY:
        arguments.append("--disable-dev-shm-usage")
    return arguments
