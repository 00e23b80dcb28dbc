"""The first process in a box: it starts the engines and runs the command.

python -m robot_cherrypy.tests.container_engine.inside FOLDER IMAGE COMMAND [ARGUMENT ...]
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from robot_cherrypy.tests.container_engine.box import NO_BOX
from robot_cherrypy.tests.container_engine.errors import EngineError

_IMAGE = "docker.io/library/python:3-slim"

# Each start and import takes seconds: `CONTAINER_ENGINE` names the only one that a command uses.
_ENGINES = tuple(
    name
    for name, program in (("docker", "dockerd"), ("podman", "podman"))
    if shutil.which(program) and os.environ.get("CONTAINER_ENGINE", name) == name
)

# As an image has them that a Dockerfile has made; the second is what the official image has.
_CHANGES = ("ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin", "CMD python3")

# How long dockerd may take to start, in seconds. It takes one or two.
_START_TIMEOUT = 60

# How long importing the image may take, in seconds. It takes some.
_IMPORT_TIMEOUT = 300

# How long what a command has left may take to end, in seconds.
_END_TIMEOUT = 20

# How much memory has to be available for the files of engines to be there, in kB: all our images
# need two million. There it takes less time to unpack them than on a disk, and none to remove them.
_ENOUGH_MEMORY = 8_000_000

# Where temporary files are in a box: so short that paths of sockets in it are short enough.
_TEMPORARY = Path("/run/tmp")

# What engines list; each with an identifier for a line.
_LISTS = (
    ("ps", "--all", "--format={{.ID}} {{.Names}} {{.Image}}"),
    ("network", "ls", "--format={{.ID}} {{.Name}}"),
    ("volume", "ls", "--format={{.Name}}"),
    ("image", "ls", "--format={{.ID}} {{.Repository}}:{{.Tag}}"),
)

# Podman as it works without systemd, and where nobody may raise limits. Its networks would be in a
# folder of the machine, with those of other boxes. Containers know each other's names only with
# netavark.
_CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_config_dir = "/run/networks"
"""
_NETAVARK = Path("/usr/lib/podman/netavark")
_NETAVARK_CONF = 'network_backend = "netavark"\n'


def main():
    """Run the command; return its exit code, or `NO_BOX` with the reason in the box' folder."""
    folder, image, *command = sys.argv[1:]
    folder = Path(folder)
    try:
        _make_box(folder)
        environment = {
            **os.environ,
            "CONTAINERS_CONF": str(_configure_podman()),
            "TMPDIR": str(_TEMPORARY),
        }
        _start_docker(folder / "files")
        _import(image, environment)
    except EngineError as error:
        (folder / "reason").write_text(str(error))
        return NO_BOX
    before = _contents(environment)
    process = subprocess.Popen(command, env=environment)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: process.send_signal(number))
    code = _wait(process.pid)
    left = _left(before, environment) if "BOX_IS_CHECKED" in os.environ else []
    if left:
        print("container_engine: LEFT BY THE COMMAND:", *left, sep="\n  ", file=sys.stderr)
    return code or int(bool(left))


def _make_box(folder):
    """Hide what engines write of the machine, and use the box' cgroups.

    Their files are in a file system in memory, which ends with the box, if there is enough.
    """
    files = folder / "files"
    files.mkdir()
    memory = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    available = int(memory["MemAvailable"].split()[0])
    if available >= _ENOUGH_MEMORY:
        _run("mount", "-t", "tmpfs", "-o", f"size={available // 2}k", "tmpfs", str(files))
    _run("ip", "link", "set", "lo", "up")
    _mount_cgroups()
    _run("mount", "-t", "tmpfs", "tmpfs", "/run")
    containers = files / "containers"
    containers.mkdir()
    _run("mount", "-t", "tmpfs", "tmpfs", "/var/lib")  # Podman's places there
    for path in (Path("/var/lib/containers"), Path("/run/lock")):
        path.mkdir()
    _run("mount", "--bind", str(containers), "/var/lib/containers")
    temporary = folder / "tmp"
    for path in (temporary, _TEMPORARY):
        path.mkdir()
    _run("mount", "--bind", str(temporary), str(_TEMPORARY))


def _mount_cgroups():
    """Show in /sys/fs/cgroup what is below the box' own cgroups, of either version."""
    top = Path("/sys/fs/cgroup")
    if (top / "cgroup.procs").exists():
        _run("mount", "-t", "cgroup2", "cgroup2", str(top))
        (
            top / "init"
        ).mkdir()  # a cgroup with processes of its own can have no children with limits
        (top / "init/cgroup.procs").write_text("0")
        controllers = (top / "cgroup.controllers").read_text().split()
        (top / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in controllers))
        return
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    hierarchies = [
        (path, kind, options) for _, path, kind, options, *_ in mounts if "cgroup" in kind
    ]
    _run("umount", "--recursive", str(top))
    _run("mount", "-t", "tmpfs", "tmpfs", str(top))
    for path, kind, options in hierarchies:
        Path(path).mkdir()
        of_kernel = [option for option in options.split(",") if option not in {"rw", "relatime"}]
        named = ["-o", ",".join(of_kernel)] if of_kernel else []
        _run("mount", "-t", kind, *named, kind, path)


def _start_docker(folder):
    if "docker" not in _ENGINES:
        return
    log = folder / "dockerd.log"
    with log.open("wb") as output:
        docker = subprocess.Popen(
            [
                *("dockerd", "--data-root", str(folder / "docker"), "--exec-root", "/run/docker"),
                *("--pidfile", "/run/docker.pid", "--host", "unix:///run/docker.sock"),
                # There is no other, and who asks for a name that no container has learns so late.
                *("--dns", "127.0.0.1", "--dns-opt", "timeout:1", "--dns-opt", "attempts:1"),
            ],
            stdout=output,
            stderr=output,
        )
    deadline = time.monotonic() + _START_TIMEOUT
    while not _works("docker", "version"):
        if docker.poll() is not None or time.monotonic() > deadline:
            state = "ended" if docker.poll() is not None else f"did not start in {_START_TIMEOUT} s"
            raise EngineError(f"dockerd {state}: {log.read_text()[-2000:]}")
        time.sleep(0.05)


def _configure_podman():
    configuration = Path("/run/containers.conf")
    configuration.write_text(_CONTAINERS_CONF + (_NETAVARK_CONF if _NETAVARK.exists() else ""))
    return configuration


def _import(image, environment):
    """Give the image to all engines, at the same time."""
    changes = [word for change in _CHANGES for word in ("--change", change)]
    imports = [
        subprocess.Popen(
            [engine, "import", *changes, image, _IMAGE],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for engine in _ENGINES
    ]
    for process in imports:
        try:
            _, errors = process.communicate(timeout=_IMPORT_TIMEOUT)
        except subprocess.TimeoutExpired as error:
            raise EngineError(
                f"{process.args[0]} was given no image in {_IMPORT_TIMEOUT} s"
            ) from error
        if process.returncode:
            raise EngineError(f"{process.args[0]} cannot import the image: {errors[-2000:]}")


def _contents(environment):
    """Return a line for all that can be left: in the engines, of processes, mounts and files."""
    lines = {str(path) for path in _TEMPORARY.iterdir()}
    lines |= {
        f"mount: {line}"
        for line in Path("/proc/self/mounts").read_text().splitlines()
        if " /run/netns " not in line  # Podman keeps it, once for all networks
    }
    lines |= {f"process: {name}" for name in _processes()}
    for engine in _ENGINES:
        for words in _LISTS:
            ended = subprocess.run(
                [engine, *words], check=True, capture_output=True, text=True, env=environment
            )
            kind = next(word for word in words if word != "ls")
            lines |= {f"{engine} {kind}: {line}" for line in ended.stdout.splitlines()}
    return lines


def _processes():
    """Return number and command of all processes, but for those of engines without containers."""
    for stat in Path("/proc").glob("[1-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            name = stat.read_text().partition("(")[2].rpartition(")")[0]
            if name not in {"dockerd", "containerd"}:
                yield f"{stat.parent.name} {name}"


def _left(before, environment):
    """Return what a command has left, after a moment for what is just ending."""
    deadline = time.monotonic() + _END_TIMEOUT
    while (left := _contents(environment) - before) and time.monotonic() < deadline:
        time.sleep(0.2)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    return sorted(left)


def _works(*command):
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=10).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _run(*command, timeout=30):
    """Run a command.

    Raises:
        EngineError: It failed.
    """
    try:
        ended = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=timeout
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"`{' '.join(command)}` did not end within {timeout} s") from error
    if ended.returncode:
        raise EngineError(f"`{' '.join(command)}` failed: {ended.stderr[-2000:]}")


def _wait(process):
    """Wait for a process, and collect all others that have died: they are children of this one."""
    ended = -1
    while ended != process:
        with contextlib.suppress(InterruptedError):
            ended, status = os.wait()
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    code = main()
    sys.exit(code if code >= 0 else 128 - code)
