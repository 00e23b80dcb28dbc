"""The files that `robot-cherrypy init` adds to a project. None that is there is overwritten."""

import json
import re
import tomllib
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

_TEMPLATES = resources.files("robot_cherrypy.init") / "templates"

_GROUPS_HEADER = re.compile(r"^\[dependency-groups\][ \t]*(#.*)?$", re.MULTILINE)


@dataclass
class Changes:
    """What was done to a project.

    Attributes:
        project: The project's folder.
        written: The files that were added, and the entries in others.
        kept: The files that were there already and stay as they are.
    """

    project: Path
    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def add_template(self, name: str, place: str, **values: str) -> None:
        """Add a file that a template makes.

        Args:
            name: The template's name.
            place: Where the file belongs in the project.
            values: What stands for `<name>` in the template.
        """
        text = (_TEMPLATES / name).read_text("utf-8")
        for key, value in values.items():
            text = text.replace(f"<{key}>", value)
        self.add_file(place, f"{text.rstrip()}\n".encode())

    def add_file(self, place: str, content: bytes) -> None:
        """Add a file, unless it is there already."""
        path = self.project / place
        if path.exists():
            self.kept.append(place)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.written.append(place)

    def add_requirements(self, requirements: tuple[str, ...]) -> None:
        """Add what the tests need as a dependency group (PEP 735), or else as a file for pip."""
        lines = "".join(f"{requirement}\n" for requirement in requirements).encode()
        path = self.project / "pyproject.toml"
        if not path.is_file():
            self.add_file("acceptance/requirements.txt", lines)
            return
        text = path.read_text("utf-8")
        entry = f"acceptance = {json.dumps(requirements)}"
        groups = tomllib.loads(text).get("dependency-groups", {})
        if "acceptance" in groups:
            self.kept.append("pyproject.toml: dependency group acceptance")
        elif not groups:
            path.write_text(f"{text.rstrip()}\n\n[dependency-groups]\n{entry}\n", "utf-8")
            self.written.append("pyproject.toml: dependency group acceptance")
        elif _GROUPS_HEADER.search(text):
            path.write_text(_GROUPS_HEADER.sub(rf"\g<0>\n{entry}", text, count=1), "utf-8")
            self.written.append("pyproject.toml: dependency group acceptance")
        else:
            self.add_file("acceptance/requirements.txt", lines)

    def ignore_results(self) -> None:
        """Let git ignore the reports, if the project is in git."""
        path = self.project / ".gitignore"
        text = path.read_text("utf-8") if path.is_file() else ""
        if (self.project / ".git").exists() and "results" not in text:
            lines = f"{text.rstrip()}\nresults/\n" if text else "results/\n"
            path.write_text(lines, "utf-8")
            self.written.append(".gitignore: results/")


def install_command(project: Path) -> str:
    """Return the command that installs a project and what its tests need."""
    parts = ["pip install"]
    pyproject = project / "pyproject.toml"
    settings = tomllib.loads(pyproject.read_text("utf-8")) if pyproject.is_file() else {}
    if "build-system" in settings:
        parts.append("-e .")
    if (project / "requirements.txt").is_file():
        parts.append("-r requirements.txt")
    if "acceptance" in settings.get("dependency-groups", {}):
        parts.append("--group acceptance")
    if (project / "acceptance/requirements.txt").is_file():
        parts.append("-r acceptance/requirements.txt")
    return " ".join(parts)
