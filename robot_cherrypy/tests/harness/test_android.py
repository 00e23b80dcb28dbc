"""Servers run where Python lacks what it lacks on Android."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("android.py")


def free_port():
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("engine", ["threaded", "async"])
def test_page_is_served_as_on_android(engine):
    """Without `multiprocessing`, `_posixshmem` and `fork`, and not on the main thread."""
    command = [sys.executable, "-W", "ignore", str(SCRIPT), str(free_port()), engine]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)

    served = [line for line in done.stdout.splitlines() if line.endswith(" 200 True")]
    expected = ["threaded 200 True", "async 200 True", f"{engine} engine 200 True"]
    assert expected == served, done.stdout + done.stderr


def test_script_removes_what_android_lacks():
    """Otherwise the test above would prove nothing."""
    script = (
        "import os, runpy, sys\n"
        f"runpy.run_path({str(SCRIPT)!r})['become_android']()\n"
        "try:\n    import multiprocessing\n"
        "except ModuleNotFoundError as error:\n    print(error, hasattr(os, 'fork'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert "No module named 'multiprocessing' False" == done.stdout.strip()
