"""Finds the browsers that are installed, each with a driver that fits it."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from robot_cherrypy.browser.kinds import Family, Kind
from robot_cherrypy.errors import BrowserError
from robot_cherrypy.processes.executables import find_executables

# How long a program may take to print its version, in seconds. It takes some 30 ms; a browser that
# is read from a slow disk for the first time takes several seconds.
_VERSION_TIMEOUT = 20.0


@dataclass(frozen=True)
class Browser:
    """A browser and its driver.

    Attributes:
        label: The name for people, such as `Google Chrome`.
        family: Which driver and which of Selenium's classes the browser needs.
        binary: The browser's executable, never a wrapper script.
        driver: The driver's executable.
        headless_shell: Whether it is Chromium's headless shell, which has no windows at all.
    """

    label: str
    family: Family
    binary: Path
    driver: Path
    headless_shell: bool = False


def pairs(kinds: Iterable[Kind]) -> Iterator[Browser]:
    """Yield every installed browser of these kinds that has a driver, in the order of the kinds."""
    for kind in kinds:
        for binary in programs(kind.binaries):
            driver = _fitting_driver(kind, binary)
            if driver:
                yield Browser(kind.label, kind.family, binary, driver, kind.headless_shell)


def missing(kinds: Iterable[Kind]) -> str:
    """Return the sentence that says whether the browser or only its driver is missing."""
    labels = " or ".join(kind.label for kind in kinds)
    binaries = [str(binary) for kind in kinds for binary in programs(kind.binaries)]
    if binaries:
        return f"There is no driver for {' or '.join(binaries)}."
    return f"There is no headless browser: looked for {labels}."


def programs(places: Iterable[str]) -> Iterator[Path]:
    """Yield the executables at these places (see `find_executables`), without scripts."""
    return (path for path in find_executables(places) if not _is_script(path))


def _is_script(path: Path) -> bool:
    """Whether an interpreter runs this file."""
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def _fitting_driver(kind: Kind, binary: Path) -> Path | None:
    """Return the driver of the browser's own package, or else one of the same major version."""
    if str(binary).startswith("/usr/lib"):  # packages from one source always fit each other
        for driver in programs(kind.own_drivers):
            return driver
    drivers = programs(kind.drivers)
    if kind.family == "firefox":  # every recent geckodriver fits every recent Firefox
        return next(drivers, None)
    return next((driver for driver in drivers if _major(driver) == _major(binary)), None)


def _major(program: Path) -> str:
    """Return the first number of a program's version."""
    return version(program).partition(".")[0]


@lru_cache
def version(program: Path, option: str = "--version") -> str:
    """Return a program's version, such as `150.0.1`, which it prints when run with an option.

    Raises:
        BrowserError: The program does not run, or prints no version.
    """
    if program.suffix == ".exe" and program.stem in {"chrome", "msedge"}:
        # On Windows these open a window instead. The name of a folder beside them is the version.
        output = " ".join(entry.name for entry in program.parent.iterdir())
    else:
        output = _output(program, option)
    match = re.search(r"\d+(\.\d+)+", output)
    if not match:
        raise BrowserError(f"{program} does not tell its version: it printed {output.strip()!r}.")
    return match[0]


def _output(program: Path, option: str) -> str:
    try:
        return subprocess.run(  # noqa: S603 - a program found where systems install it
            [program, option],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_VERSION_TIMEOUT,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise BrowserError(f"{program} is there but does not run: {error}") from error
