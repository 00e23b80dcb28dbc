"""A box: namespaces in which container engines run, and of which nothing is left.

A box has namespaces for network, mounts, processes and cgroups. The first process in it is
`inside.main`; when that ends, the kernel ends all others, their mounts and their networks. The
files of the engines are in a temporary folder, and their cgroups below one of ours; both are
removed after that. `run` checks that nothing is left, neither in the engines of what the command
made there, nor of the box on the machine.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from robot_cherrypy.tests.container_engine.errors import EngineError

_PREFIX = "robot-cherrypy-box-"
_CGROUPS = Path("/sys/fs/cgroup")

# Of which kinds a box has a namespace of its own.
_NAMESPACES = ("cgroup", "ipc", "mount", "net", "pid")

# How many processes outside a box it may compete with: engines, containers, servers and browsers
# are in it. The kernel weighs a cgroup as a single process if it is not told otherwise.
_PROCESSES = 8

# The exit code that says that the box could not be made; the command's own are at most 255 too, and
# none of our commands uses this.
NO_BOX = 213

# How long the kernel may take to take down what is in a box, in seconds. It takes a moment.
_END_TIMEOUT = 30


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


def run(command, image, *, is_building):
    """Run a command in a box.

    Args:
        command: The command and its arguments.
        image: A tar archive that the engines have as the image `python:3-slim`.
        is_building: Whether the command may leave images and the like in the engines.

    Returns:
        The exit code of the command; 1 if it is 0 and something is left.

    Raises:
        EngineError: No box could be made.
    """
    remove_left_boxes()
    with _removed_at_end() as folder:
        box = subprocess.Popen(
            [
                *("unshare", *(f"--{name}" for name in _NAMESPACES), "--mount-proc"),
                *("--fork", "--kill-child", sys.executable, "-m", f"{__package__}.inside"),
                *(str(folder), str(image), *command),
            ],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                **({} if is_building else {"BOX_IS_CHECKED": "1"}),
            },
            preexec_fn=lambda: _enter(folder.name),  # noqa: PLW1509 - this process has one thread
        )
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda number, _frame: _signal_child(box.pid, number))
        code = box.wait()
        reason = folder / "reason"
        if code == NO_BOX and reason.is_file():
            raise EngineError(reason.read_text())
    deadline = time.monotonic() + _END_TIMEOUT
    while left := left_of(folder):
        if time.monotonic() > deadline:
            print("container_engine: LEFT OF THE BOX:", *left, sep="\n  ", file=sys.stderr)
            return code or 1
        time.sleep(0.1)
        _remove(folder)
    return code


def left_of(folder):
    """Return what is left of a box: a line for each file, cgroup, mount and process.

    Processes are known by their cgroups, which they cannot leave. Their namespaces tell nothing:
    the kernel gives the number of one that has ended to the next, perhaps in another box.

    Args:
        folder: That of the box.
    """
    places = [folder, *(hierarchy / folder.name for hierarchy in _hierarchies())]
    left = [str(path) for path in places if path.exists()]
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    left += [f"mount: {mount}" for mount in mounts if folder.name in mount]
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended
            if folder.name in (process / "cgroup").read_text():
                left.append(f"process: {process.name} {(process / 'comm').read_text().strip()}")
    return left


def _signal_child(unshare, number):
    """Send a signal to the child of unshare, which itself ignores most."""
    for child in Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split():
        os.kill(int(child), number)


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
            give_processor_time(hierarchy / folder.name)
        yield folder
    finally:
        _remove(folder)


def give_processor_time(cgroup):
    """Let a cgroup, of either version, compete as some processes of this one's niceness do."""
    for name, one in (("cpu.shares", 1024), ("cpu.weight", 100)):
        if (cgroup / name).is_file():
            # A step of niceness is a quarter, by kernel/sched/core.c.
            (cgroup / name).write_text(str(max(2, round(_PROCESSES * one / 1.25 ** os.nice(0)))))


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
