"""Hosts with systemd on this machine, and the units on them."""

import hashlib
import json
import shlex
import shutil
import socket
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from robot_cherrypy.containers.engine import WALL_CLOCK
from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.host_images import HostImages
from robot_cherrypy.hosts.host_network import Disk, Host, HostNetwork
from robot_cherrypy.hosts.local_cluster import LocalCluster, require_number
from robot_cherrypy.hosts.looks import looks
from robot_cherrypy.hosts.units.system import SOURCE, system, why_no_units
from robot_cherrypy.hosts.units.unit_files import UnitFile, read_units
from robot_cherrypy.hosts.units.units_service import UnitsService

# The registry is no host: it cannot be lost. `host.sh` knows this and the port of etcd, too.
_REGISTRY = 253
_REGISTRY_PORT = 2379

# How long a command on a host may take, in seconds. It takes some hundredths.
_TIMEOUT = 60.0

# How long a unit may take to end, in seconds: twice what systemd grants it.
_STOP_TIMEOUT = 180.0

_EXIT = "exit code "

# Where units are on a host: those that Podman makes services of, with all other files, and those of
# systemd's own.
_QUADLETS = "/etc/containers/systemd"
_OWN = "/etc/systemd/system"

# What Podman writes into the journal of a unit, where systemd and the container say the same.
_ITS_OWN = {"conmon", "podman"}


class UnitsHosts(LocalCluster):
    """Hosts with systemd, whose units nobody but the test moves.

    Args:
        number: How many hosts.
        disk: Where their disks are.

    Attributes:
        placed: Of each service, the hosts of each of its units.

    Raises:
        HostError: They cannot be started here.
    """

    def __init__(self, number: int, disk: Disk) -> None:
        require_number(number)
        reason = why_no_units()
        if reason:
            raise HostError(f"Hosts with systemd cannot be started here: {reason}.")
        self.network = HostNetwork(
            number,
            disk,
            script=(SOURCE / "host.sh").read_text(),
            environment={
                "SYSTEM": str(system()),
                "HOSTS": " ".join(str(each) for each in range(1, number + 1)),
            },
            others=[_REGISTRY],
        )
        super().__init__(self.network.name)
        self._images = HostImages(self.network.folder)
        self._drained: set[str] = set()
        self._folders: dict[str, tuple[Path, list[UnitFile]]] = {}
        self._units: dict[str, UnitFile] = {}
        self._states: dict[str, bytes] = {}
        self.placed: dict[str, dict[str, list[str]]] = {}

    def _start(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        self.network.start(timeout)
        self._wait_for_registry(deadline - time.monotonic())
        for host in self.network.hosts:
            self._wait_for_node(host, deadline - time.monotonic())

    def _stop(self) -> None:
        self.network.stop()

    def _wait_for_registry(self, timeout: float) -> None:
        network = self.network.hosts[0].address.rpartition(".")[0]
        for _ in looks(timeout):
            try:
                socket.create_connection((f"{network}.{_REGISTRY}", _REGISTRY_PORT), 1).close()
            except OSError:
                continue
            return
        log = (self.network.folder / str(_REGISTRY) / "log").read_text(errors="replace")
        raise HostError(f"The registry did not start. Its log ended with:\n{log[-2000:]}")

    def _wait_for_node(self, host: Host, timeout: float) -> None:
        """Wait until systemd on a host carries out commands; let it have the units of now."""
        reason: HostError | None = None
        for _ in looks(timeout):
            try:
                self.run(host, "systemctl list-jobs")
            except HostError as error:
                reason = error
            else:
                for path, units in self._folders.values():
                    self._install(host, path, units)
                return
        raise HostError(f"Host '{host.name}' is not ready after {timeout:g} s: {reason}")

    def usable(self, unit: UnitFile) -> list[Host]:
        """Return the hosts that run, are connected and not drained, and may run a unit."""
        return [
            host
            for host in self.reachable()
            if host.name not in self._drained and unit.may_run_on(host.name)
        ]

    def run(self, host: Host, script: str, timeout: float = _TIMEOUT) -> str:
        """Run a shell script on a host; return what it has printed.

        Raises:
            HostError: It has failed, or the host does not respond.
        """
        printed = bytearray()
        try:
            with socket.socket(socket.AF_UNIX) as shell:
                shell.settimeout(timeout)
                shell.connect(str(self.network.folder / str(host.number) / "shell.sock"))
                shell.sendall(script.encode())
                shell.shutdown(socket.SHUT_WR)
                while piece := shell.recv(65536):
                    printed += piece
        except OSError as error:
            raise HostError(f"Host '{host.name}' does not respond: {error!r}") from error
        text, _, code = printed.decode(errors="replace").rpartition(_EXIT)
        if code.strip() != "0":
            raise HostError(f"A command on host '{host.name}' failed: {text.strip() or script}")
        return text

    def containers(self, host: Host) -> dict[str, dict[str, Any]]:
        """Return what Podman on a host says of containers, by the units that have started them."""
        listed = host.api.get("/v4.0.0/libpod/containers/json")
        return {
            (each["Labels"] or {}).get("PODMAN_SYSTEMD_UNIT", each["Id"]): each
            for each in listed or ()
        }

    def deploy(self, path: Path, name: str, images: Sequence[str], timeout: float) -> list[str]:
        """Deploy a stack, or what has changed of it; return when all of it is ready.

        Raises:
            HostError: The units are wrong, or one was not ready in time.
        """
        units = read_units(path)
        started = {unit.name: unit for unit in units if unit.is_started}
        self._require_unused(name, path)
        for unit in units:
            self.settings |= set(unit.environment())
        self._add_images([*images, *filter(None, (unit.image for unit in units))])
        deadline = time.monotonic() + timeout
        for each in self.stacks.pop(name, ()):
            if each not in started:
                self._forget(each)
        self.stacks[name] = list(started)
        copy = self.network.folder / "stacks" / name
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(path, copy, symlinks=True)
        self._folders[name] = copy, units
        for host in self.reachable():
            self._install(host, copy, units)
        others = _state(file for file in _files(path) if not _is_of(file, path, started.values()))
        for unit in started.values():
            self._units[unit.name] = unit
            is_new = unit.name not in self.placed
            self.placed.setdefault(unit.name, {})
            service = UnitsService(self, unit)
            state = others + _state(f for f in _files(path) if _is_of(f, path, [unit]))
            if not is_new and state != self._states[unit.name]:
                self._restart_units(service, deadline)
            self._states[unit.name] = state
            self._place(service, is_new=is_new)
        for unit in started.values():
            UnitsService(self, unit).wait_until_ready(deadline - time.monotonic())
        return []

    def _require_unused(self, name: str, path: Path) -> None:
        """Raise an error if a unit of a folder belongs to another stack: a host has one of it."""
        for other, services in self.stacks.items():
            for service in services:
                file = self._units[service].path.name
                if other != name and (path / file).exists():
                    raise HostError(f"The unit '{file}' belongs to the stack '{other}' already.")

    def _add_images(self, images: Sequence[str]) -> None:
        """Copy images to hosts, also under names that only Podman writes so."""
        prefix = "localhost/"
        hosts = self.reachable()
        self._images.add([image.removeprefix(prefix) for image in images], hosts)
        local = [image for image in images if image.startswith(prefix)]
        for image in local:
            plain = shlex.quote(image.removeprefix(prefix))
            for host in hosts:
                self.run(host, f"podman tag {plain} {shlex.quote(image)}")

    def _install(self, host: Host, path: Path, units: Sequence[UnitFile]) -> None:
        """Copy a folder of units to a host, but for what is started on others only."""
        staged = self.network.folder / str(host.number) / "units"
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(mode=0o700)
        shutil.copytree(path, staged / "quadlets", symlinks=True)
        (staged / "own").mkdir()
        for unit in units:
            for file in (unit.path.name, f"{unit.path.name}.d"):
                here = staged / "quadlets" / file
                if unit.is_own and here.exists():
                    here.rename(staged / "own" / file)
            if unit.is_started and not unit.is_template and not unit.is_own:
                (staged / "quadlets" / unit.path.name).rename(staged / unit.path.name)
        self.run(
            host,
            f"mkdir -p {_QUADLETS} && cp -rT /mnt/units/quadlets {_QUADLETS} &&"
            f" cp -rT /mnt/units/own {_OWN} && systemctl daemon-reload",
        )

    def _place(self, service: UnitsService, *, is_new: bool) -> None:
        """Start a service where it is to be and is not yet."""
        unit = service.unit
        usable = self.usable(unit)
        if unit.is_template:
            if is_new:
                service.place(len(usable))
            return
        wanted = usable if unit.is_pinned else usable[:1]
        if is_new and not wanted:
            raise HostError(f"No host that runs may have the unit '{unit.path.name}'.")
        for host in wanted:
            there = service.placed.get(unit.service(), [])
            if host.name not in there and (unit.is_pinned or not there):
                self.add(unit, unit.service(), host)

    def _restart_units(self, service: UnitsService, deadline: float) -> None:
        """Start the units of a service anew, one after the other."""
        for name, hosts in list(service.placed.items()):
            for host in self.reachable():
                if host.name in hosts:
                    if not service.unit.is_template:
                        self._enable(service.unit, name, host)
                    self.run(host, f"systemctl restart --no-block '{name}'")
                    service.wait_until_ready(deadline - time.monotonic())

    def add(self, unit: UnitFile, name: str, host: Host) -> None:
        """Start a unit on a host, now and whenever the host starts."""
        self.placed[unit.name].setdefault(name, []).append(host.name)
        self._enable(unit, name, host)
        self.run(host, f"systemctl start --no-block '{name}'")

    def _enable(self, unit: UnitFile, name: str, host: Host) -> None:
        if unit.is_own:
            self.run(host, f"systemctl --quiet enable '{name}'")
            return
        file = _file_of(unit, name)
        link = f"ln -sf {unit.path.name} {_QUADLETS}/{file}"
        copy = f"cp /mnt/units/{file} {_QUADLETS}/{file}"
        self.run(host, f"{link if unit.is_template else copy} && systemctl daemon-reload")

    def remove(self, unit: UnitFile, name: str, host: Host) -> None:
        """End a unit on a host, and do not start it there again."""
        hosts = self.placed[unit.name][name]
        hosts.remove(host.name)
        if not hosts:
            del self.placed[unit.name][name]
        file = "" if unit.is_own else f"{_QUADLETS}/{_file_of(unit, name)}"
        disable = f"systemctl --quiet disable '{name}'" if unit.is_own else f"rm -f {file}"
        self.run(
            host,
            f"systemctl stop '{name}'; systemctl reset-failed '{name}'; {disable} &&"
            " systemctl daemon-reload",
            _STOP_TIMEOUT,
        )

    def _forget(self, name: str) -> None:
        """End a service that a stack does not have any more."""
        unit = self._units.pop(name)
        for each, hosts in list(self.placed[name].items()):
            for host in self.reachable():
                if host.name in hosts:
                    self.remove(unit, each, host)
        del self.placed[name], self._states[name]

    def service(self, stack: str, name: str) -> UnitsService:
        """Return a service of a stack."""
        del stack  # hosts have one unit of a name
        return UnitsService(self, self._units[name])

    def drain(self, host: str, timeout: float) -> None:
        """Start what runs on a host on others, unless it is pinned, and end it there.

        Instances are started elsewhere first; of what is no template, there are never two.

        Raises:
            HostError: The host is not reachable, or what was started elsewhere is not ready.
        """
        deadline = time.monotonic() + timeout
        drained = self._host_to_drain(host)
        self._drained.add(host)
        for unit in list(self._units.values()):
            service = UnitsService(self, unit)
            here = [name for name, names in service.placed.items() if host in names]
            others = [] if unit.is_pinned and not unit.is_template else self.usable(unit)
            for name in here:
                if not unit.is_template:
                    self.remove(unit, name, drained)
                if others:
                    self.add(unit, name, min(others, key=lambda each: _count(service, each)))
                    service.wait_until_ready(deadline - time.monotonic())
                if unit.is_template:
                    self.remove(unit, name, drained)

    def resume(self, host: str) -> None:
        """Let a drained host be used again; what is pinned there is started."""
        self._drained.discard(self.network.host(host).name)
        for unit in self._units.values():
            if unit.is_pinned:
                self._place(UnitsService(self, unit), is_new=False)

    def lines_since(self, start: float) -> list[tuple[str, str, float, str]]:
        """Return what happened to hosts, and what units on reachable ones have said.

        Args:
            start: A time of `time.monotonic`.

        Returns:
            For each line `host` or `container`, its name, the time, and the text.
        """
        lines = self._lines_of_hosts(start)
        if not self._units:
            return lines
        patterns = " ".join(
            f"--unit='{unit.service('*' if unit.is_template else '')}'"
            for unit in self._units.values()
        )
        for host in self.reachable():
            since = f"--since=@{start + WALL_CLOCK:.6f}"
            printed = self.run(host, f"journalctl {patterns} {since} --output=json --no-pager")
            for line in printed.splitlines():
                entry = json.loads(line)
                if entry.get("SYSLOG_IDENTIFIER") in _ITS_OWN:
                    continue
                unit = entry.get("UNIT") or entry.get("_SYSTEMD_UNIT")
                at = int(entry["__REALTIME_TIMESTAMP"]) / 1e6 - WALL_CLOCK
                lines.append(("container", f"{unit} on {host.name}", at, _text(entry["MESSAGE"])))
        return lines


def _text(message: str | list[int] | None) -> str:
    """Return a message, which the journal gives as numbers if it has unusual characters."""
    text = bytes(message).decode(errors="replace") if isinstance(message, list) else message or ""
    return text.rstrip()


def _file_of(unit: UnitFile, name: str) -> str:
    """Return the file of a unit that Podman makes a service of, or of an instance of it."""
    if not unit.is_template:
        return unit.path.name
    instance = name.partition("@")[2].partition(".")[0]
    return f"{unit.path.stem}{instance}{unit.path.suffix}"


def _count(service: UnitsService, host: Host) -> int:
    """Return how many units of a service are on a host."""
    return sum(host.name in names for names in service.placed.values())


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _is_of(file: Path, folder: Path, units: Collection[UnitFile]) -> bool:
    """Whether a file describes one of some units."""
    first = file.relative_to(folder).parts[0]
    return any(first in {unit.path.name, f"{unit.path.name}.d"} for unit in units)


def _state(files: Iterator[Path]) -> bytes:
    """Return what is the same as long as no file changes."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest()
