"""A box: namespaces in which container engines run, and of which nothing is left.

A box has namespaces for network, mounts, processes and cgroups. The first process in it is
`inside.main`; when that ends, the kernel ends all others, their mounts and their networks. The
files of the engines are in a temporary folder, and their cgroups below one of ours; both are
removed after that.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from robot_cherrypy.tests.container_engine.errors import EngineError

_PREFIX = "robot-cherrypy-box-"
_CGROUPS = Path("/sys/fs/cgroup")

# The exit code that says that the box could not be made; the command's own are at most 255 too, and
# none of our commands uses this.
NO_BOX = 213


def why_not():
    """Return why no box can be made here, as the end of a sentence; None if it can."""
    if sys.platform != "linux" or os.getuid() != 0:
        return "only root on Linux can make namespaces for it"
    missing = [name for name in ("unshare", "ip", "mount", "iptables") if not shutil.which(name)]
    if missing:
        return f"{' and '.join(missing)} are missing: apt-get install iproute2 iptables"
    if not (shutil.which("dockerd") or shutil.which("podman")):
        return "neither dockerd nor podman is installed: apt-get install docker.io podman"
    return None


def run(command, image):
    """Run a command in a box.

    Args:
        command: The command and its arguments.
        image: A tar archive that the engines have as the image `python:3-slim`.

    Returns:
        The exit code of the command.

    Raises:
        EngineError: No box could be made.
    """
    remove_left_boxes()
    with _removed_at_end() as folder:
        box = subprocess.Popen(
            [
                *("unshare", "--net", "--mount", "--pid", "--cgroup", "--ipc", "--mount-proc"),
                *("--fork", "--kill-child", sys.executable, "-m", f"{__package__}.inside"),
                *(str(folder), str(image), *command),
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            preexec_fn=lambda: _enter(folder.name),  # noqa: PLW1509 - this process has one thread
        )
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _frame: box.send_signal(number))
        code = box.wait()
        reason = folder / "reason"
        if code == NO_BOX and reason.is_file():
            raise EngineError(reason.read_text())
        return code


def remove_left_boxes():
    """Remove what is left of boxes whose process was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path("/proc", owner).exists():
            _remove(folder)


@contextlib.contextmanager
def _removed_at_end():
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    try:
        for hierarchy in _hierarchies():
            (hierarchy / folder.name).mkdir()
            for name in ("cpuset.cpus", "cpuset.mems"):  # those of cgroups v1 begin empty
                if (hierarchy / name).is_file():
                    with contextlib.suppress(OSError):
                        (hierarchy / folder.name / name).write_text((hierarchy / name).read_text())
        yield folder
    finally:
        _remove(folder)


def _enter(name):
    """Move this process, which becomes the box, into the box' cgroups; it dies with its parent."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG of linux/prctl.h
    for hierarchy in _hierarchies():
        (hierarchy / name / "cgroup.procs").write_text("0")


def _hierarchies():
    """Return where hierarchies of cgroups are mounted: a single one in version 2, several in 1."""
    if (_CGROUPS / "cgroup.procs").exists():
        return [_CGROUPS]
    links_left_out = (path for path in _CGROUPS.iterdir() if not path.is_symlink())
    return [path for path in links_left_out if (path / "cgroup.procs").exists()]


def _remove(folder):
    for hierarchy in _hierarchies():
        top = hierarchy / folder.name
        for path, _folders, _files in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                Path(path).rmdir()
    shutil.rmtree(folder, ignore_errors=True)
