"""Copies images of this machine to hosts."""

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from robot_cherrypy.containers.engine import Engine, find_engine, last_lines
from robot_cherrypy.errors import ContainerError, HostError
from robot_cherrypy.hosts.host_network import Host

# How long reading or writing an archive may take, in seconds. A gigabyte takes about 20.
_TIMEOUT = 900.0

# What Podman writes before names that have no registry.
_PODMAN_PREFIXES = ("localhost/", "docker.io/library/")


class HostImages:
    """The images that were copied to hosts, as archives.

    Args:
        folder: Where the archives are kept, for hosts that are started later.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._archives: list[Path] = []
        self._copied: set[tuple[str, Path]] = set()

    def add(self, images: Iterable[str], hosts: Sequence[Host]) -> None:
        """Copy images to hosts, if they are not there.

        Args:
            images: Archives of `docker save`, and names of images in this machine's engine, which
                downloads those that it does not have.
            hosts: Which.

        Raises:
            HostError: An image is nowhere.
        """
        names = []
        for image in images:
            if Path(image).is_file():
                self._archives.append(Path(image))
            else:
                names.append(image)
        self.copy_to(hosts)
        self._save(names, hosts)
        self.copy_to(hosts)

    def copy_to(self, hosts: Sequence[Host]) -> None:
        """Copy to hosts what they have not got yet, to all at the same time."""
        missing = [
            (host, archive)
            for archive in dict.fromkeys(self._archives)
            for host in hosts
            if (host.name, archive) not in self._copied
        ]
        with ThreadPoolExecutor() as executor:
            list(executor.map(lambda pair: _load(pair[0].engine, pair[1]), missing))
        self._copied.update((host.name, archive) for host, archive in missing)

    def _save(self, names: Sequence[str], hosts: Sequence[Host]) -> None:
        """Make an archive of images that hosts lack."""
        if not names:
            return
        try:
            engine = find_engine()
        except ContainerError as error:
            absent = [name for name in names if not all(_identity(h.engine, name) for h in hosts)]
            if absent:
                raise HostError(f"Image '{absent[0]}' is not on the hosts. {error}") from error
            return
        for name in names:
            if not _identity(engine, name):
                ended = engine.try_to_run("pull", "--quiet", name, timeout=_TIMEOUT)
                if ended.returncode:
                    raise HostError(
                        f"Image '{name}' is neither in {engine.name} nor can it be downloaded:"
                        f" {last_lines(ended.stderr, 3)}"
                    )
        outdated = [
            name
            for name in names
            if any(_identity(host.engine, name) != _identity(engine, name) for host in hosts)
        ]
        if outdated:
            archive = self._folder / f"images-{len(self._archives)}.tar"
            several = ("--multi-image-archive",) if engine.name == "podman" else ()
            engine.run("save", *several, "--output", str(archive), *outdated, timeout=_TIMEOUT)
            self._archives.append(archive)


def _load(engine: Engine, archive: Path) -> None:
    printed = engine.run("load", "--quiet", "--input", str(archive), timeout=_TIMEOUT)
    # Docker writes a line for each image, and Podman one for all.
    loaded = re.findall(r"^Loaded image: (\S+)", printed, re.MULTILINE)
    for name in ",".join(loaded).split(","):
        for prefix in _PODMAN_PREFIXES:
            if name.startswith(prefix):
                engine.run("tag", name, name.removeprefix(prefix))


def _identity(engine: Engine, name: str) -> str:
    """Return what an image is, the same in all engines of a kind; nothing if there is none."""
    return engine.try_to_run("image", "inspect", "--format", "{{.Id}}", name).stdout.strip()
