"""The folder of units that makes a stack."""

import shlex
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from robot_cherrypy.errors import HostError

# What units of Podman are called, and what the names of their services end with.
_QUADLETS = {
    ".container": "",
    ".kube": "",
    ".pod": "-pod",
    ".network": "-network",
    ".volume": "-volume",
    ".image": "-image",
    ".build": "-build",
}

# What units of systemd's own are called.
_OWN = {".service", ".socket", ".target", ".timer", ".path", ".mount"}


class UnitFile:
    """A file that describes a unit, together with its drop-ins.

    Args:
        path: The file.

    Attributes:
        path: The file.
        is_own: Whether it is one of systemd's own, and not one that Podman makes one of.
        is_template: Whether instances of it are started.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_own = path.suffix in _OWN
        self.is_template = path.stem.endswith("@")

    @property
    def name(self) -> str:
        """What keywords call its service."""
        return self.path.stem.removesuffix("@")

    def service(self, instance: str = "") -> str:
        """Return what systemd calls it, or an instance of it."""
        if self.is_own:
            return f"{self.path.stem}{instance}{self.path.suffix}"
        return f"{self.path.stem}{instance}{_QUADLETS[self.path.suffix]}.service"

    @cached_property
    def settings(self) -> dict[tuple[str, str], list[str]]:
        """The values of each setting, by its section and its name."""
        settings = defaultdict(list)
        for path in [self.path, *self._drop_ins()]:
            section = ""
            for line in path.read_text().replace("\\\n", " ").splitlines():
                name, is_setting, value = line.strip().partition("=")
                if line.startswith("["):
                    section = line.strip("[] \t")
                elif is_setting and name[0] not in "#;":
                    settings[section, name.strip()].append(value.strip())
        return settings

    def _drop_ins(self) -> list[Path]:
        return sorted(self.path.with_name(f"{self.path.name}.d").glob("*.conf"))

    @property
    def is_started(self) -> bool:
        """Whether it says when it is to be started; others are started by those that want them."""
        return any(section == "Install" for section, _name in self.settings)

    @property
    def is_pinned(self) -> bool:
        """Whether it says on which hosts it may run."""
        return ("Unit", "ConditionHost") in self.settings

    def may_run_on(self, host: str) -> bool:
        """Whether its conditions allow a host, as systemd.unit(5) explains them."""
        required: list[bool] = []
        alternatives: list[bool] = []
        for condition in self.settings.get(("Unit", "ConditionHost"), ()):
            pattern = condition.lstrip("|!")
            is_met = fnmatchcase(host, pattern) != ("!" in condition)
            (alternatives if condition.startswith("|") else required).append(is_met)
        return all(required) and (not alternatives or any(alternatives))

    @property
    def image(self) -> str | None:
        """The image that hosts need for it."""
        names = self.settings.get(("Container", "Image"), ())
        if names and Path(names[-1]).suffix not in {".image", ".build"}:
            return names[-1]
        return None

    def environment(self) -> Iterator[tuple[str, str]]:
        """Yield names and values of what its container is given."""
        for line in self.settings.get(("Container", "Environment"), ()):
            for pair in shlex.split(line):
                name, _, value = pair.partition("=")
                yield name, value


def read_units(folder: Path) -> list[UnitFile]:
    """Return the units of a folder, by name.

    Raises:
        HostError: It is no folder, or has no unit that is to be started.
    """
    if not folder.is_dir():
        raise HostError(f"There is no folder of units '{folder}'.")
    files = sorted(path for path in folder.iterdir() if path.suffix in _OWN | set(_QUADLETS))
    units = [UnitFile(path) for path in files]
    if not any(unit.is_started for unit in units):
        raise HostError(f"No unit of '{folder}' has a section '[Install]', so none is started.")
    names = [unit.name for unit in units if unit.is_started]
    for name in names:
        if names.count(name) > 1:
            raise HostError(f"Several units of '{folder}' that are started are called '{name}'.")
    return units
