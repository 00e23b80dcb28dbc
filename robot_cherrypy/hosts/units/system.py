"""The system of hosts with units: Debian 13, installed once and kept in the user's cache.

    python -m robot_cherrypy.hosts.units.system

installs it, where such hosts can be started.
"""

import shutil
from pathlib import Path

from robot_cherrypy.hosts.built_once import built, place_of
from robot_cherrypy.hosts.host_requirements import why_no_hosts

SOURCE = Path(__file__).parent / "source"

# Where the kernel's groups of processes are, alone or beside those of version 1.
_GROUPS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))


def why_no_units() -> str | None:
    """Return why no hosts with units can be started here, as the end of a sentence, or None."""
    reason = why_no_hosts()
    if reason:
        return reason
    if not any((path / "cgroup.procs").exists() for path in _GROUPS):
        return "systemd needs cgroups of version 2, which are not mounted in /sys/fs/cgroup"
    if not is_installed() and not shutil.which("mmdebstrap"):
        return "mmdebstrap is missing, which installs their system: apt-get install mmdebstrap"
    return None


def system() -> Path:
    """Return the folder of the system, which is installed unless it is there.

    Raises:
        HostError: It cannot be installed.
    """
    command = ["/bin/sh", str(SOURCE / "build.sh"), str(_place())]
    return built(_place(), "The installation of Debian", command)


def is_installed() -> bool:
    """Whether the system is there."""
    return _place().is_dir()


def _place() -> Path:
    return place_of("units", [SOURCE / "build.sh"])


if __name__ == "__main__":
    reason = why_no_units()
    print(f"No hosts with units: {reason}." if reason else system())  # noqa: T201 - a command
