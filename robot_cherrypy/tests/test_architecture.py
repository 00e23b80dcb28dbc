"""The rooms depend on each other in one direction only (docs/architecture.md)."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import robot_cherrypy

PACKAGE = Path(robot_cherrypy.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "tests" not in path.parts)

# A room may import from those to its right; rooms of one step do not know each other, save what
# is named after the step.
STEPS = (
    {"__init__", "__main__"},
    {"command"},
    {"command_run", "command_serve"},
    {"watch"},
    {"init", "running"},
    {"library", "coverage", "options"},
    {"keywords"},
    {"evidence"},
    {"pausing"},
    {"pages"},
    {"hosts"},
    {"browser", "containers", "harness", "stack", "doctor", "reporting"},
    {"traffic", "hosting", "websocket"},
    {"aio"},
    {"patches", "processes"},
    {"asgi", "cleanup", "event_loops", "settings"},
    {"command_help", "pauses", "stacks"},
    {"errors"},
)
ALLOWED_ASIDE = {("doctor", "browser"), ("doctor", "stack"), ("containers", "stack")}
ROBOT_ROOMS = {
    "library",
    "coverage",
    "keywords",
    "evidence",
    "options",
    "pages",
    "pausing",
    "running",
    "watch",
}


def room(path):
    """The room that a file is in, or the module that it is."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def step(name):
    """How far to the left a room is."""
    return next(index for index, rooms in enumerate(STEPS) if name in rooms)


def imported(path):
    """The names of the modules that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    """No file imports from a room on its own step or to its left."""
    here = room(path)
    for name in imported(path):
        parts = name.split(".")
        there = parts[1] if parts[0] == "robot_cherrypy" and len(parts) > 1 else here
        if there != here and any(there in rooms for rooms in STEPS):
            assert step(here) < step(there) or (here, there) in ALLOWED_ASIDE, f"{here}: {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_robot_rooms_import_robot(path):
    """The server and the harness can be used without Robot Framework."""
    roots = {name.split(".")[0] for name in imported(path)}
    if room(path) not in ROBOT_ROOMS:
        assert not roots & {"robot", "robotlibcore", "SeleniumLibrary"}


@pytest.mark.parametrize("module", ["aio", "harness.in_process", "browser", "command"])
def test_importing_pulls_in_no_robot(module):
    """Nor is it imported behind the scenes."""
    script = f"import sys, robot_cherrypy.{module}; sys.exit('robot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize(
    ("layer", "others"), [("http", "request, runtime"), ("runtime", "http, request")]
)
def test_layers_of_aio_are_apart(layer, others):
    """Neither the HTTP connections nor the event loop's greenlets know of what is built on them."""
    unknown = tuple(f"robot_cherrypy.aio.{other}" for other in others.split(", "))
    names = {name for path in (PACKAGE / "aio" / layer).glob("*.py") for name in imported(path)}
    assert [] == [name for name in sorted(names) if name.startswith(unknown)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_djangos_test_cases_are_apart(path):
    """Hosting knows nothing of testing, save the package with Django's test cases."""
    cases = "robot_cherrypy.hosting.django.testing"
    if not path.is_relative_to(PACKAGE / "hosting" / "django" / "testing"):
        assert [] == [name for name in imported(path) if name.startswith((cases, "django.test"))]


def test_every_room_is_drawn():
    """A new folder or module has its place in the architecture."""
    rooms = {room(path) for path in MODULES}
    assert rooms <= set().union(*STEPS)
