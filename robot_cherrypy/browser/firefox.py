"""How Firefox is set up for tests: by preferences, and by WebDriver BiDi once it is open."""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_cherrypy.browser.bidi_commands import Command, bidi_url, send_commands
from robot_cherrypy.browser.certificates import ANY, certificates_in
from robot_cherrypy.browser.devices import DEVICES, Device, spelling, unknown_device
from robot_cherrypy.browser.kinds import alternatives
from robot_cherrypy.errors import BrowserError

if TYPE_CHECKING:
    from selenium.webdriver import FirefoxOptions
    from selenium.webdriver.remote.webdriver import WebDriver

    from robot_cherrypy.browser.settings import Settings

# Firefox requests no icons for tabs, shows JSON as it was sent, and runs windows that are not shown
# as fast as the shown one.
_PREFERENCES = {
    "browser.chrome.site_icons": False,
    "devtools.jsonview.enabled": False,
    "dom.min_background_timeout_value": 4,
    "dom.timeout.enable_budget_timer_throttling": False,
}

# By which preferences pages may do something without asking. Without a device for it, Firefox has a
# fake camera and microphone, too.
_PERMISSIONS: Mapping[str, Mapping[str, Any]] = {
    "camera": {"permissions.default.camera": 1, "media.navigator.streams.fake": True},
    "clipboard-read": {"dom.events.testing.asyncClipboard": True},
    "clipboard-write": {"dom.events.testing.asyncClipboard": True},
    "geolocation": {"permissions.default.geo": 1},
    "microphone": {"permissions.default.microphone": 1, "media.navigator.streams.fake": True},
    "notifications": {"permissions.default.desktop-notification": 1},
    "persistent-storage": {"permissions.default.persistent-storage": 1},
    "screen-wake-lock": {},
}

# By which preferences it has a touch screen and no mouse (LookAndFeel's `PointerCapabilities`).
_TOUCH = {
    "dom.maxtouchpoints.testing.value": 1,
    "dom.w3c_touch_events.enabled": 1,
    "dom.w3c_touch_events.legacy_apis.enabled": True,  # such as `ontouchstart`
    "ui.allPointerCapabilities": 1,
    "ui.primaryPointerCapabilities": 1,
}

# By which preferences pages tell the width of their view, beside which there is no scroll bar.
_MOBILE = {"dom.meta-viewport.enabled": True, "ui.useOverlayScrollbars": 1}

# A page that is as wide as the screen. Firefox waits until the shown page has the size that it is
# given, and one that does not tell its width is 980 pixels wide.
_WIDE_PAGE = "data:text/html,<meta name=viewport content=width=device-width>"

# All windows, also those that are opened later.
_EVERYWHERE = {"userContexts": ["default"]}

# Lets scripts of ours run with the rights of the browser itself; no page gets any by that.
_SYSTEM_ACCESS = "-remote-allow-system-access"

# Has the browser trust an authority or a server (nsIX509CertDB): `C` means for servers.
_TRUST = """Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB)
    .addCertFromBase64(arguments[0], "C,,")"""


def firefox_options(label: str, settings: "Settings") -> "FirefoxOptions":
    """Return Selenium's options for Firefox.

    Args:
        label: The name of the browser for people.
        settings: How to open it.

    Raises:
        BrowserError: It knows no such device or permission.
    """
    # Selenium is imported where it is needed, see `local`.
    from selenium.webdriver import FirefoxOptions  # noqa: PLC0415

    options = FirefoxOptions()
    options.set_capability("webSocketUrl", True)
    # With WebDriver BiDi a dialog would be closed as soon as it opens; see `drivers`.
    options.set_capability("unhandledPromptBehavior", "ignore")
    if _files(settings):
        options.add_argument(_SYSTEM_ACCESS)
    for name, value in _preferences(label, settings).items():
        options.set_preference(name, value)
    return options


def set_up_firefox(
    driver: "WebDriver", settings: "Settings", downloads: str | None, time_zone: str | None
) -> None:
    """Do what Firefox takes no option for.

    Args:
        driver: Its driver.
        settings: How it was opened.
        downloads: The path of the folder for downloads; None for that of the user.
        time_zone: That of its pages, unless its process has it already.

    Raises:
        BrowserError: It does not speak WebDriver BiDi, as this driver or Firefox is too old.
    """
    commands = list(_commands(settings, downloads, time_zone))
    if settings.device:
        driver.get(_WIDE_PAGE)
    if commands:
        send_commands(bidi_url(driver), commands)
    if files := _files(settings):
        driver.execute("SET_CONTEXT", {"context": "chrome"})
        try:
            for certificate in (each for file in files for each in certificates_in(file)):
                driver.execute_script(_TRUST, base64.b64encode(certificate).decode())
        finally:
            driver.execute("SET_CONTEXT", {"context": "content"})


def _preferences(label: str, settings: "Settings") -> dict[str, Any]:
    preferences = {**_PREFERENCES, **settings.emulation.firefox_preferences}
    device = _device(label, settings.device)
    if device and device.has_touch:
        preferences |= _TOUCH
    if device and device.is_mobile:
        preferences |= _MOBILE
    for name in settings.permissions:
        if name not in _PERMISSIONS:
            hint = alternatives(name, _PERMISSIONS)
            raise BrowserError(f"{label} knows no permission '{name}'.{hint}")
        preferences |= _PERMISSIONS[name]
    return preferences


def _commands(
    settings: "Settings", downloads: str | None, time_zone: str | None
) -> Iterator[Command]:
    if downloads is not None:
        behavior = {"type": "allowed", "destinationFolder": downloads}
        yield "browser.setDownloadBehavior", {"downloadBehavior": behavior}
    if language := settings.emulation.language:  # of numbers and dates
        yield "emulation.setLocaleOverride", {"locale": language, **_EVERYWHERE}
    if time_zone:
        yield "emulation.setTimezoneOverride", {"timezone": time_zone, **_EVERYWHERE}
    if device := _device("Firefox", settings.device):
        size = {"width": device.width, "height": device.height}
        view = {"viewport": size, "devicePixelRatio": device.pixel_ratio}
        yield "browsingContext.setViewport", {**view, **_EVERYWHERE}
        yield "emulation.setScreenSettingsOverride", {"screenArea": size, **_EVERYWHERE}
        if device.user_agent:
            agent = {"userAgent": device.user_agent}
            yield "emulation.setUserAgentOverride", {**agent, **_EVERYWHERE}


def _device(label: str, name: str | None) -> Device | None:
    if name is None:
        return None
    device = DEVICES.get(spelling(name))
    if device is None:
        raise unknown_device(label, name)
    return device


def _files(settings: "Settings") -> list[Path]:
    """Return the files with certificates that it is to trust."""
    return [Path(name) for name in settings.certificates if name != ANY]
