"""What a machine needs for hosts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Each program with the package of Debian that has it.
_PROGRAMS = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
    "iptables": "iptables",
    "dockerd": "docker.io",
    "docker": "docker.io",
}

# Where the kernel shows its virtual servers, by which Swarm gives a service one address.
_IPVS = Path("/proc/net/ip_vs")


def why_no_hosts() -> str | None:
    """Return why no hosts can be started here, as the end of a sentence; None if they can."""
    if sys.platform != "linux":
        return "they are namespaces of Linux"
    if os.geteuid() != 0:
        return "only root can make namespaces for them"
    missing = [name for name in _PROGRAMS if not shutil.which(name)]
    if missing:
        packages = " ".join(dict.fromkeys(_PROGRAMS[name] for name in missing))
        return f"{' and '.join(missing)} are missing: apt-get install {packages}"
    return None


def has_virtual_servers() -> bool:
    """Whether the kernel has IPVS; it is loaded if it is a module."""
    if not _IPVS.exists() and (modprobe := shutil.which("modprobe")):
        subprocess.run([modprobe, "ip_vs"], check=False, capture_output=True)  # noqa: S603 - the system's
    return _IPVS.exists()
