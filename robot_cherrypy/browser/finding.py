"""Finds a browser together with the driver that fits it."""

import glob
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path

from robot_cherrypy.browser.kinds import KINDS, Family, Kind
from robot_cherrypy.errors import BrowserError

VERSION_TIMEOUT = 20.0
INSTALL = "To put them there, run: robot-cherrypy doctor --install"


@dataclass(frozen=True)
class Browser:
    """A browser and its driver.

    Attributes:
        label: What people call it.
        family: Which driver, and which of Selenium's classes, it takes.
        binary: The browser's program, never a wrapper script.
        driver: The driver's program.
        headless_shell: Whether it is the small Chromium that has no window at all.
    """

    label: str
    family: Family
    binary: Path
    driver: Path
    headless_shell: bool = False

    @cached_property
    def version(self) -> str:
        """The browser's version, asked of the program itself (about 30 ms), such as `150.0.1`."""
        return version(self.binary)


def find(browser: str = "auto") -> Browser:
    """Find an installed browser and the driver that fits it; else let Selenium Manager fetch them.

    Args:
        browser: `auto` for the fastest that there is, or the name of a kind: `chrome`, `chromium`,
            `chromium-headless-shell`, `edge`, `firefox`. `chrome` is content with Chromium, and
            `chromium` with its headless shell.

    Raises:
        BrowserError: There is no such browser, or no driver that fits it.
    """
    kinds = wanted(browser)
    found = next(pairs(kinds), None)
    if found:
        return found
    from robot_cherrypy.browser import manager  # noqa: PLC0415, takes half of Selenium

    try:
        return manager.obtain(kinds)
    except BrowserError as error:
        raise BrowserError(f"{missing(kinds)} {error} {INSTALL}") from error


def wanted(browser: str) -> tuple[Kind, ...]:
    """List the kinds that answer to a name, best first."""
    name = plain(browser)
    if name == "auto":
        return KINDS
    kind = NAMES.get(name)
    if kind is None:
        raise BrowserError(
            f"There is no browser {browser!r}: expected auto or one of "
            f"{', '.join(BY_NAME)}.{suggest(browser, BY_NAME)}"
        )
    return (kind, *(BY_NAME[other] for other in kind.stand_ins))


def plain(name: str) -> str:
    """Take out what people write between words, as `Headless Chrome` is `headlesschrome`."""
    return re.sub(r"[\s_-]", "", name).casefold()


BY_NAME = {kind.name: kind for kind in KINDS}
NAMES = {plain(name): kind for kind in KINDS for name in (kind.name, *kind.aliases)}


def suggest(name: str, names: Iterable[str]) -> str:
    """Word the names that are near one that does not exist, with a leading blank, or nothing."""
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""


def pairs(kinds: Iterable[Kind]) -> Iterator[Browser]:
    """Find every installed browser of these kinds that has a driver, best first."""
    for kind in kinds:
        for binary in programs(kind.binaries):
            driver = fitting_driver(kind, binary)
            if driver:
                yield Browser(kind.label, kind.family, binary, driver, kind.headless_shell)


def missing(kinds: Iterable[Kind]) -> str:
    """Say what was looked for, and which half of a pair was there."""
    labels = " or ".join(kind.label for kind in kinds)
    binaries = [str(binary) for kind in kinds for binary in programs(kind.binaries)]
    if binaries:
        return f"There is no driver for {' or '.join(binaries)}."
    return f"There is no headless browser: looked for {labels}."


def fitting_driver(kind: Kind, binary: Path) -> Path | None:
    """Find the driver of the browser's own package, or else one of the same major version."""
    if str(binary).startswith("/usr/lib"):  # versions of one source package need no comparing
        for driver in programs(kind.own_drivers):
            return driver
    drivers = programs(kind.drivers)
    if kind.family == "firefox":  # any recent geckodriver drives any recent Firefox
        return next(drivers, None)
    return next((driver for driver in drivers if major(driver) == major(binary)), None)


def major(program: Path) -> str:
    """Tell the first number of a program's version."""
    return version(program).partition(".")[0]


@lru_cache
def version(program: Path, option: str = "--version") -> str:
    """Ask a program for its version, such as `150.0.1`, by the option that makes it print that."""
    if program.suffix == ".exe" and program.stem in {"chrome", "msedge"}:
        # These open a window instead; beside them lies a folder named as the version.
        lines = " ".join(entry.name for entry in program.parent.iterdir())
    else:
        lines = output_of(program, option)
    found = re.search(r"\d+(\.\d+)+", lines)
    if not found:
        raise BrowserError(f"{program} does not tell its version: it printed {lines.strip()!r}.")
    return found[0]


def output_of(program: Path, option: str) -> str:
    """Return what a program prints when run with an option."""
    try:
        return subprocess.run(  # noqa: S603, a program found in its system's usual place
            [program, option],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=VERSION_TIMEOUT,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise BrowserError(f"{program} is there but does not run: {error}") from error


def programs(places: Iterable[str]) -> Iterator[Path]:
    """Find the programs that lie in these places, newest of each first, leaving out scripts."""
    for place in places:
        for path in lying(place):
            if os.access(path, os.X_OK) and path.is_file() and not is_script(path):
                yield path


def lying(place: str) -> list[Path]:
    """List what matches a place of `kinds.Kind`."""
    place = os.path.expandvars(Path(place).expanduser())
    if "/" not in place:
        path = shutil.which(place)
        return [Path(path).resolve()] if path else []
    found = glob.glob(place)  # noqa: PTH207, patterns are absolute
    return sorted(map(Path, found), key=numbers, reverse=True)


def numbers(path: Path) -> list[int]:
    """Order paths by the versions in them."""
    return [int(number) for number in re.findall(r"\d+", str(path))]


def is_script(path: Path) -> bool:
    """Tell whether an interpreter runs this file."""
    with path.open("rb") as file:
        return file.read(2) == b"#!"
