"""What hosts leave on the machine, seen without the library."""

import re
import subprocess
import time
from pathlib import Path
from tempfile import gettempdir

# How long the kernel may take to take down namespaces, in seconds. It takes a moment.
_TIMEOUT = 60


def get_traces_of_hosts() -> list[str]:
    """Return what there is of hosts: interfaces, cgroups, mounts, folders and processes."""
    links = subprocess.run(["ip", "-o", "link"], check=True, capture_output=True, text=True).stdout  # noqa: S607 - wherever it is
    traces = re.findall(r"robot-[0-9a-f]{8}", links)
    traces += map(str, Path("/sys/fs/cgroup").glob("**/robot-????????"))
    traces += map(str, Path(gettempdir()).glob("robot-cherrypy-*/orders"))
    mounts = Path("/proc/self/mounts").read_text()
    traces += re.findall(r"\S*robot-cherrypy-[0-9a-f]{8}/\d+/disk", mounts)
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = command.read_text()
        except OSError:  # it has ended
            continue
        if "--cgroup-parent" in words or "unix:///mnt/docker.sock" in words:
            traces.append(words)
    return sorted(traces)


def traces_of_hosts_should_be(expected: list[str]) -> None:
    """Wait until there is no more of hosts than this."""
    deadline = time.monotonic() + _TIMEOUT
    while (traces := get_traces_of_hosts()) != expected:
        assert time.monotonic() < deadline, f"These are left: {traces}"
        time.sleep(0.2)
