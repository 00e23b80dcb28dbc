"""The ways in which things get onto a machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache

from robot_cherrypy.browser.kinds import KINDS
from robot_cherrypy.errors import BrowserError, InstallError

Way = Callable[[], None]

# Another apt-get, such as the one of unattended upgrades, may hold the lock for that many seconds.
APT = ("apt-get", "--yes", "-o", "DPkg::Lock::Timeout=300")


def selenium_manager() -> None:
    """Download a driver for the installed browser, or a browser too.

    Raises:
        InstallError: The internet is out of reach, or there is none for this system.
    """
    from robot_cherrypy.browser import manager  # noqa: PLC0415, needs Selenium, which may be missing

    show("Asking Selenium Manager for a browser and its driver.")
    try:
        manager.obtain(KINDS)
    except BrowserError as error:
        raise InstallError(str(error)) from error


def debian(*packages: str) -> Way:
    """Return a way that installs packages of Debian or a system made from it."""

    def install() -> None:
        update()
        run(*APT, "install", "--no-install-recommends", *packages)

    return install


def pip(package: str) -> Way:
    """Return a way that installs a package of PyPI into this environment."""

    def install() -> None:
        call(sys.executable, "-m", "pip", "install", package)

    return install


@cache
def update() -> None:
    """Bring the lists of Debian's packages up to date, once."""
    run(*APT, "update")


def run(*command: str) -> None:
    """Run a command as root and show what it prints.

    Raises:
        InstallError: There is no such command, no way to be root, or it failed.
    """
    if not shutil.which(command[0]):
        raise InstallError(f"There is no {command[0]}: this is no Debian system.")
    call(*root(), "env", "DEBIAN_FRONTEND=noninteractive", *command)


def call(*words: str) -> None:
    """Run a command and show what it prints.

    Raises:
        InstallError: It failed.
    """
    show(f"Running {' '.join(words)}")
    outcome = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, stdout=sys.stderr)  # noqa: S603
    if outcome.returncode:
        raise InstallError(f"`{' '.join(words)}` failed with exit code {outcome.returncode}.")


def root() -> tuple[str, ...]:
    """Return the words before a command that make it run as root.

    Raises:
        InstallError: The user is not root and cannot become root without a password.
    """
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    if sudo and asks_no_password(sudo):
        return (sudo, "-n")
    raise InstallError("apt-get needs root, or sudo without a password.")


def asks_no_password(sudo: str) -> bool:
    """Tell whether sudo lets this user become root just so."""
    return subprocess.run((sudo, "-n", "true"), check=False, capture_output=True).returncode == 0  # noqa: S603


def show(line: str) -> None:
    """Tell a person what happens, apart from the report, which a program may be reading."""
    print(line, file=sys.stderr, flush=True)
