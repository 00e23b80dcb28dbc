"""The programs of Kubernetes, built from Debian's source package and kept in the user's cache.

    python -m robot_cherrypy.hosts.kubernetes.programs

builds them, where a cluster can be started.
"""

import platform
import shutil
from pathlib import Path

from robot_cherrypy.hosts.built_once import built, place_of
from robot_cherrypy.hosts.host_requirements import why_no_hosts

SOURCE = Path(__file__).parent / "source"

# The release of Debian that has the source of all parts and the compiler for it.
_RELEASE = "bookworm"

# Each program with the package of Debian that has it.
_TO_RUN = {
    "conntrack": "conntrack",
    "etcd": "etcd-server",
    "ethtool": "ethtool",
    "openssl": "openssl",
    "socat": "socat",
}
_TO_BUILD = {
    "/usr/lib/go-1.19/bin/go": "golang-1.19-go",
    "dpkg-source": "dpkg-dev",
    "gcc": "gcc libc6-dev",
}

_SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))


def why_no_kubernetes() -> str | None:
    """Return why no cluster can be started here, as the end of a sentence; None if one can."""
    reason = why_no_hosts()
    if reason:
        return reason
    if Path("/sys/fs/cgroup/cgroup.controllers").exists():
        return (
            "this version of Kubernetes was only tried with cgroups of version 1, which this"
            " machine has when its kernel is given systemd.unified_cgroup_hierarchy=0"
        )
    needed = dict(_TO_RUN)
    if not are_built():
        release = platform.freedesktop_os_release()
        if release.get("VERSION_CODENAME") != _RELEASE:
            return "Kubernetes is built from the packages of Debian 12, and this is another system"
        needed.update(_TO_BUILD)
    missing = [name for name in needed if not shutil.which(name)]
    if missing:
        packages = " ".join(needed[name] for name in missing)
        return f"{' and '.join(missing)} are missing: apt-get install {packages}"
    return None


def programs() -> Path:
    """Return the folder of the programs, which are built unless they are there.

    Raises:
        HostError: They cannot be built.
    """
    sources = next((path for path in _SOURCES if path.is_file()), None)
    command = ["/bin/sh", str(SOURCE / "build.sh"), str(sources), str(SOURCE), str(_folder())]
    return built(_folder(), "The building of Kubernetes", command)


def are_built() -> bool:
    """Whether the programs are there."""
    return _folder().is_dir()


def can_protect() -> bool:
    """Whether this process may protect others from being killed when memory runs out."""
    score = Path("/proc/self/oom_score_adj")
    before = score.read_text()
    try:
        score.write_text(str(max(-1000, int(before) - 1)))
        score.write_text(before)
    except PermissionError:
        return False
    return True


def _folder() -> Path:
    """Return where the programs are kept, for the very way in which they are built."""
    return place_of("kubernetes", [SOURCE / "build.sh", SOURCE / "main.go"])


if __name__ == "__main__":
    reason = why_no_kubernetes()
    print(f"No Kubernetes: {reason}." if reason else programs())  # noqa: T201 - a command
