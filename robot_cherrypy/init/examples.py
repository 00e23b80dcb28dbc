"""The sample applications, with their suites, as `robot-cherrypy init --example` copies them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.init.files import Changes

# In a wheel, the samples are data of this package; in a clone they are in its root.
_PACKAGED = Path(__file__).parent / "examples"
_ROOT = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[2]


@dataclass(frozen=True)
class _Example:
    """A sample application.

    Attributes:
        application: Its folder.
        suites: The folder of its suites.
        requirements: The packages that both need, as pip takes them.
    """

    application: str
    suites: str
    requirements: tuple[str, ...]


# What `acceptance/resources/accessibility.py` needs.
_ACCESSIBILITY = "selenium-axe-python>=2.2"

EXAMPLES = {
    "echo": _Example(
        "sample_app/echo", "acceptance/echo", ("robotframework-cherrypy[async]", _ACCESSIBILITY)
    ),
    "chat": _Example(
        "sample_app/chat", "acceptance/chat", ("robotframework-cherrypy[async,websocket]",)
    ),
    "django": _Example(
        "sample_app/djangosite",
        "acceptance/django",
        ("robotframework-cherrypy[async,django]", _ACCESSIBILITY),
    ),
    "faulty": _Example(
        "sample_app/faulty", "acceptance/sessions", ("robotframework-cherrypy[async,websocket]",)
    ),
    "notes": _Example(
        "sample_app/notes",
        "acceptance/notes",
        ("robotframework-cherrypy[async,notes]", _ACCESSIBILITY),
    ),
    "whereami": _Example(
        "sample_app/whereami",
        "acceptance/whereami",
        ("robotframework-cherrypy[async]", _ACCESSIBILITY),
    ),
}

# What a suite or a resource file says about another file that it needs.
_NEEDS = re.compile(r"^(?:Resource|Library|Variables) {2,}(\S+\.(?:resource|py))\b", re.MULTILINE)


def copy_example(name: str, changes: Changes) -> None:
    """Copy a sample application, its suites, and the resource files that these need.

    Args:
        name: One of `EXAMPLES`.
        changes: The project to copy it to.

    Raises:
        RobotCherryPyError: The samples are not there.
    """
    example = EXAMPLES[name]
    if not (_ROOT / example.application).is_dir():
        raise RobotCherryPyError(f"This installation has no samples: {_ROOT} has none.")
    paths = {_ROOT / "sample_app/__init__.py", _ROOT / "acceptance/__init__.robot"}
    for folder in (_ROOT / example.application, _ROOT / example.suites):
        paths.update(path for path in folder.rglob("*") if _is_source(path))
    for path in sorted(paths | set(_needed(paths))):
        changes.add_file(path.relative_to(_ROOT).as_posix(), path.read_bytes())
    changes.add_requirements(example.requirements)


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _needed(paths: set[Path]) -> Iterator[Path]:
    """Yield the files that suites need, and those that these need."""
    seen = set(paths)
    waiting = [path for path in paths if path.suffix in {".robot", ".resource"}]
    while waiting:
        path = waiting.pop()
        for name in _NEEDS.findall(path.read_text("utf-8")):
            needed = (path.parent / name).resolve()
            if needed not in seen and needed.is_file():
                seen.add(needed)
                yield needed
                if needed.suffix == ".resource":
                    waiting.append(needed)
