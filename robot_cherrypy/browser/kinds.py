"""The kinds of browser, and where systems install them."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from robot_cherrypy.errors import BrowserError, did_you_mean

Family = Literal["chrome", "edge", "firefox"]


@dataclass(frozen=True)
class Kind:
    """A kind of browser that users can ask for.

    Places are what `find_executables` takes. All systems' places are listed: those of another
    system do not exist and do no harm.

    Attributes:
        name: The name in keywords, such as `chrome`.
        label: The name in messages, such as `Google Chrome`.
        family: Which driver and which of Selenium's classes the browser needs.
        binaries: The places of the browser.
        drivers: The places of its driver.
        own_drivers: The places of the driver that comes with a browser in `/usr/lib`, from the same
            source package.
        headless_shell: Whether it is Chromium's headless shell, which has no windows at all.
        aliases: Other names in keywords.
        stand_ins: The names of kinds that may be used in its place.
    """

    name: str
    label: str
    family: Family
    binaries: tuple[str, ...]
    drivers: tuple[str, ...]
    own_drivers: tuple[str, ...] = ()
    headless_shell: bool = False
    aliases: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()


_CHROME_DRIVERS = (
    "$SE_CHROMEDRIVER",
    "chromedriver",
    "$CHROMEWEBDRIVER/chromedriver",
    "/usr/lib/chromium-browser/chromedriver",
    "~/.cache/selenium/chromedriver/*/*/chromedriver*",
    "~/.cache/puppeteer/chromedriver/*/*/chromedriver*",
)

# The fastest first. Binaries are never wrapper scripts: one that does not `exec` the browser leaves
# it behind when it is killed.
KINDS = (
    Kind(
        name="chromium-headless-shell",
        label="Chromium headless shell",
        family="chrome",
        binaries=(
            "/usr/lib/chromium/chromium-headless-shell",  # Debian
            "/usr/lib64/chromium-browser/headless_shell",  # Fedora
            "chrome-headless-shell",
            "~/.cache/puppeteer/chrome-headless-shell/*/*/chrome-headless-shell*",
        ),
        drivers=_CHROME_DRIVERS,
        own_drivers=("/usr/bin/chromedriver",),
        headless_shell=True,
        aliases=("headless-shell", "chrome-headless-shell"),
    ),
    Kind(
        name="chrome",
        label="Google Chrome",
        family="chrome",
        binaries=(
            "/opt/google/chrome/chrome",
            "chrome",
            "google-chrome",
            "~/.cache/selenium/chrome/*/*/chrome*",
            "~/.cache/selenium/chrome/*/*/*.app/Contents/MacOS/Google Chrome for Testing",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "$PROGRAMFILES/Google/Chrome/Application/chrome.exe",
            "$LOCALAPPDATA/Google/Chrome/Application/chrome.exe",
        ),
        drivers=_CHROME_DRIVERS,
        aliases=("google-chrome", "headless-chrome", "gc"),
        stand_ins=("chromium", "chromium-headless-shell"),
    ),
    Kind(
        name="chromium",
        label="Chromium",
        family="chrome",
        binaries=(
            "/usr/lib/chromium/chromium",  # Debian, Alpine, Arch
            "/usr/lib64/chromium-browser/chromium-browser",  # Fedora
            "chromium",
            "chromium-browser",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
        ),
        drivers=_CHROME_DRIVERS,
        own_drivers=("/usr/bin/chromedriver",),
        aliases=("headless-chromium",),
        stand_ins=("chromium-headless-shell",),
    ),
    Kind(
        name="edge",
        label="Microsoft Edge",
        family="edge",
        binaries=(
            "/opt/microsoft/msedge/msedge",
            "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
            "$PROGRAMFILES/Microsoft/Edge/Application/msedge.exe",
            "${PROGRAMFILES(X86)}/Microsoft/Edge/Application/msedge.exe",
        ),
        drivers=(
            "$SE_EDGEDRIVER",
            "msedgedriver",
            "$EDGEWEBDRIVER/msedgedriver",
            "~/.cache/selenium/msedgedriver/*/*/msedgedriver*",
        ),
        aliases=("microsoft-edge", "headless-edge", "msedge"),
    ),
    Kind(
        name="firefox",
        label="Mozilla Firefox",
        family="firefox",
        binaries=(
            "/usr/lib/firefox-esr/firefox-esr",  # Debian
            "/usr/lib/firefox/firefox",
            "/usr/lib64/firefox/firefox",
            "/opt/firefox/firefox",
            "firefox",
            "~/.cache/selenium/firefox/*/*/firefox",
            "/Applications/Firefox.app/Contents/MacOS/firefox",
            "$PROGRAMFILES/Mozilla Firefox/firefox.exe",
        ),
        drivers=(
            "$SE_GECKODRIVER",
            "geckodriver",
            "$GECKOWEBDRIVER/geckodriver",
            "~/.cache/selenium/geckodriver/*/*/geckodriver*",
        ),
        aliases=("headless-firefox", "mozilla-firefox", "ff"),
    ),
)

_BY_NAME = {kind.name: kind for kind in KINDS}


def _fold(name: str) -> str:
    """Return a name without case and separators: `Headless Chrome` becomes `headlesschrome`."""
    return re.sub(r"[\s_-]", "", name).casefold()


_BY_FOLDED_NAME = {_fold(name): kind for kind in KINDS for name in (kind.name, *kind.aliases)}


def kinds_named(browser: str) -> tuple[Kind, ...]:
    """Return the kinds that a name allows, best first.

    Args:
        browser: `auto` for all of them, or the name or an alias of one, which allows its stand-ins
            as well.

    Raises:
        BrowserError: There is no kind of that name.
    """
    name = _fold(browser)
    if name == "auto":
        return KINDS
    kind = _BY_FOLDED_NAME.get(name)
    if kind is None:
        raise BrowserError(
            f"There is no browser {browser!r}: expected auto or one of "
            f"{', '.join(_BY_NAME)}.{suggestion(browser, _BY_NAME)}"
        )
    return (kind, *(_BY_NAME[stand_in] for stand_in in kind.stand_ins))


def suggestion(name: str, names: Iterable[str]) -> str:
    """Return the sentence ` Did you mean …?` for a name that does not exist, or nothing.

    Args:
        name: The name that does not exist.
        names: Those that do.
    """
    return did_you_mean(get_close_matches(name, names, n=3, cutoff=0.5))


def alternatives(name: str, names: Collection[str]) -> str:
    """Return the same, or if no name is alike, a sentence with all that exist."""
    return suggestion(name, names) or f" There are {', '.join(names)}."
