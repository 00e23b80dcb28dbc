"""The kinds of browser there are and where systems put them, best first."""

from dataclasses import dataclass
from typing import Literal

Family = Literal["chrome", "edge", "firefox"]


@dataclass(frozen=True)
class Kind:
    """A browser one can ask for.

    Places are glob patterns in which `~` and environment variables are expanded; a name without a
    separator is looked for on the PATH. Places that another system uses do no harm.
    """

    name: str
    label: str
    family: Family
    binaries: tuple[str, ...]
    drivers: tuple[str, ...]
    own_drivers: tuple[str, ...] = ()  # of the same distribution package as a binary in /usr/lib
    headless_shell: bool = False
    aliases: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()  # kinds that do as well when this one is asked for


CHROME_DRIVERS = (
    "$SE_CHROMEDRIVER",
    "chromedriver",
    "$CHROMEWEBDRIVER/chromedriver",
    "/usr/lib/chromium-browser/chromedriver",
    "~/.cache/selenium/chromedriver/*/*/chromedriver*",
    "~/.cache/puppeteer/chromedriver/*/*/chromedriver*",
)

# Binaries are the real ones: a wrapper script that does not `exec` leaves its browser behind.
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
        drivers=CHROME_DRIVERS,
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
        drivers=CHROME_DRIVERS,
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
        drivers=CHROME_DRIVERS,
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
