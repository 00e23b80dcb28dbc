"""Installs programs and packages, by the means that a machine has."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache

from robot_cherrypy.browser.kinds import KINDS
from robot_cherrypy.errors import BrowserError, InstallError

Installer = Callable[[], None]

# Another apt-get may hold the lock. That of unattended upgrades, which run at the start of many
# virtual machines, does so for minutes: wait for it for up to 300 seconds.
_APT_GET = ("apt-get", "--yes", "-o", "DPkg::Lock::Timeout=300")


def selenium_manager() -> None:
    """Download a driver for the browser that is installed, or both if there is none.

    Raises:
        InstallError: The internet cannot be reached, or has none for this system.
    """
    from robot_cherrypy.browser.selenium_manager import download  # noqa: PLC0415 - Selenium may be missing

    show("Asking Selenium Manager for a browser and its driver.")
    try:
        download(KINDS)
    except BrowserError as error:
        raise InstallError(str(error)) from error


def debian(*packages: str) -> Installer:
    """Return an installer of packages for Debian and the systems derived from it."""

    def install() -> None:
        _update_package_lists()
        _run_as_root(*_APT_GET, "install", "--no-install-recommends", *packages)

    return install


def pip(package: str) -> Installer:
    """Return an installer of a package from PyPI into this Python environment."""

    def install() -> None:
        _run(sys.executable, "-m", "pip", "install", package)

    return install


@cache
def _update_package_lists() -> None:
    _run_as_root(*_APT_GET, "update")


def _run_as_root(*command: str) -> None:
    """Run a command as root and show its output.

    Raises:
        InstallError: There is no such command, no way to become root, or the command failed.
    """
    if not shutil.which(command[0]):
        raise InstallError(f"There is no {command[0]}: this is no Debian system.")
    _run(*_root_prefix(), "env", "DEBIAN_FRONTEND=noninteractive", *command)


def _run(*command: str) -> None:
    """Run a command and show its output.

    Raises:
        InstallError: The command failed.
    """
    show(f"Running {' '.join(command)}")
    process = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=sys.stderr)  # noqa: S603 - commands of this module
    if process.returncode:
        raise InstallError(f"`{' '.join(command)}` failed with exit code {process.returncode}.")


def _root_prefix() -> tuple[str, ...]:
    """Return the words to put before a command so that it runs as root.

    Raises:
        InstallError: The user is not root, and cannot become root without a password.
    """
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    if sudo and _needs_no_password(sudo):
        return (sudo, "-n")
    raise InstallError("apt-get needs root, or sudo without a password.")


def _needs_no_password(sudo: str) -> bool:
    """Whether sudo lets this user become root without a password."""
    return subprocess.run((sudo, "-n", "true"), check=False, capture_output=True).returncode == 0  # noqa: S603 - sudo from the PATH


def show(line: str) -> None:
    """Print a line for people on standard error: a program may read standard output."""
    print(line, file=sys.stderr, flush=True)
