"""Whether Chromium can make its sandbox, without which it does not start."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

# Whether an ordinary user may have a user namespace, and be its administrator. Ubuntu since 23.10
# allows the first and refuses the second.
_TRY = """
import ctypes
unshare = ctypes.CDLL(None).unshare
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
raise SystemExit(unshare(CLONE_NEWUSER) or unshare(CLONE_NEWPID | CLONE_NEWNET))
"""

# How long this may take, in seconds: a start of Python, on a busy machine.
_TIMEOUT = 30

# The program for a sandbox without them, which some packages install beside the browser.
_HELPERS = ("chrome-sandbox", "chrome_sandbox")

_NO_SANDBOX = "--no-sandbox"

_REFUSED = (
    "its sandbox needs user namespaces, which this machine refuses to this user. Allow them (on"
    " Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0; in a container: docker run"
    " --security-opt seccomp=unconfined), or do without the sandbox if all pages are your own:"
    " Open Headless Browser with capabilities={'goog:chromeOptions': {'args': ['--no-sandbox']}}"
)


def runs_without() -> bool:
    """Whether this user's Chromium is opened without a sandbox: as root there is none."""
    return os.name == "posix" and os.geteuid() == 0


def sandbox_problem(binary: Path, arguments: Iterable[str] = ()) -> str:
    """Return why a Chromium cannot make its sandbox, and what to do; empty if it can.

    Args:
        binary: The browser.
        arguments: Of its command line, as far as they are known.
    """
    if sys.platform != "linux" or runs_without() or _NO_SANDBOX in arguments:
        return ""
    if any(_is_setuid(binary.resolve().with_name(name)) for name in _HELPERS):
        return ""
    return "" if _has_user_namespaces() else _REFUSED


def _is_setuid(program: Path) -> bool:
    return program.is_file() and bool(program.stat().st_mode & 0o4000)


def _has_user_namespaces() -> bool:
    command = [sys.executable, "-ISc", _TRY]
    return subprocess.run(command, check=False, timeout=_TIMEOUT).returncode == 0  # noqa: S603
