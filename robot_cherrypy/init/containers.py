"""Writing what a project needs to run in a container: what `init --containers` does."""

import json
import tomllib
from pathlib import Path
from typing import Any

from robot_cherrypy.init.detection import Candidate
from robot_cherrypy.init.files import Changes

# Where the Dockerfile copies the project to.
_FOLDER = "/app"

# What serves the application. It is installed first, in a layer that does not change with what the
# application needs, and again with that, so that a conflict of the two is an error.
_SERVER = "robot-cherrypy-server[async,websocket]"

# Prints the dependencies of a project (PEP 621) as requirements. pip can only install them together
# with the project, which need not be a package.
_LIST_DEPENDENCIES = (
    "python3 -c \"import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))"
    "['project']['dependencies'], sep='\\n')\" > dependencies.txt"
)


def add_containers(changes: Changes, candidate: Candidate) -> None:
    """Add a Dockerfile, a compose file and a .dockerignore for an application.

    Args:
        changes: The project to add them to.
        candidate: The application.
    """
    project = changes.project
    inside = candidate.folder.relative_to(project).as_posix()
    command = _command(candidate)
    production = ("--environment", "production", "--stop-delay", "2")
    copied, install = _requirements(project, candidate.framework)
    changes.add_template(
        "Dockerfile",
        "Dockerfile",
        application=candidate.application,
        server=_SERVER,
        copy=f"COPY {' '.join(copied)} ./\n" if copied else "",
        install=" \\\n    && ".join(install),
        pythonpath=_FOLDER if inside == "." else f"{_FOLDER}/{inside}",
        command=json.dumps([*command, *production]),
    )
    changes.add_template(
        "compose.yaml",
        "compose.yaml",
        application=candidate.application,
        command=json.dumps(command),
    )
    changes.add_template("dockerignore", ".dockerignore")


def _command(candidate: Candidate) -> list[str]:
    """Return the command that serves the application, to all addresses of its container."""
    named = ["--django"] if candidate.framework == "Django" else []
    options = ["--server", candidate.server, "--host", "0.0.0.0", "--health", "/-/health"]  # noqa: S104 - of the container
    return ["robot-cherrypy", "serve", *named, candidate.application, *options]


def _requirements(project: Path, framework: str) -> tuple[list[str], list[str]]:
    """Return the files that say what an application needs, and the commands that install it."""
    install = f"pip install '{_SERVER}'"
    if (project / "requirements.txt").is_file():
        return ["requirements.txt"], [f"{install} --requirement requirements.txt"]
    settings = _pyproject(project)
    if settings.get("project", {}).get("dependencies") is not None:
        with_list = f"{install} --requirement dependencies.txt"
        return ["pyproject.toml"], [_LIST_DEPENDENCIES, with_list]
    if "build-system" in settings:
        return ["."], [f"{install} ."]
    own = "" if framework == "CherryPy" else f" {framework.lower()}"
    return [], [f"{install}{own}"]


def _pyproject(project: Path) -> dict[str, Any]:
    path = project / "pyproject.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
