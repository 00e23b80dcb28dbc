"""One sees what is public (docs/architecture.md, "Public and internal names")."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

import robot_cherrypy
from robot_cherrypy.tests.docs.blocks import ALL

PACKAGE = Path(robot_cherrypy.__file__).parent
ROOT = PACKAGE.parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "tests" not in path.parts)
PUBLIC = (
    "robot_cherrypy",
    "robot_cherrypy.aio",
    "robot_cherrypy.coverage",
    "robot_cherrypy.errors",
    "robot_cherrypy.hosting",
    "robot_cherrypy.hosting.django",
    "robot_cherrypy.hosting.django.testing",
    "robot_cherrypy.websocket",
)
# Loaded by their place and not by name: the entry point, and commands that Django looks for.
LOADED_BY_PLACE = {"hosting/django/apps.py", "hosting/django/management/commands/cherrypy.py"}


@cache
def sources():
    """The text of every file that may use a name, by path."""
    folders = ("robot_cherrypy", "sample_app", "acceptance", "benchmarks", "docs")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    kinds = {".py", ".md", ".robot", ".resource"}
    return {
        path: path.read_text("utf-8")
        for path in [*files, ROOT / "pyproject.toml", ROOT / "README.md"]
        if path.suffix in kinds or path.name == "pyproject.toml"
    }


def defined(path):
    """The names without underscore that a module defines at its top."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
        else:
            names = []
        yield from (name for name in names if not name.startswith("_"))


def imported_from(text):
    """The modules of this package that a Python text imports from."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("module", PUBLIC)
def test_public_modules_list_their_names(module):
    """`__all__` is there, and everything in it."""
    public = importlib.import_module(module)
    assert [] == [name for name in public.__all__ if not hasattr(public, name)]


@pytest.mark.parametrize(
    "text",
    [
        *(pytest.param(block.text, id=str(block)) for block in ALL if block.language == "python"),
        *(
            pytest.param(path.read_text("utf-8"), id=str(path.relative_to(ROOT)))
            for path in sorted((ROOT / "sample_app").rglob("*.py"))
        ),
    ],
)
def test_users_import_from_public_modules_only(text):
    """What users read and copy needs no internal module."""
    ours = {name for name in imported_from(text) if name.split(".")[0] == "robot_cherrypy"}
    assert set() == ours - set(PUBLIC)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_names_used_in_one_module_only_have_an_underscore(path):
    """A name without underscore is there for other modules."""
    if path.relative_to(PACKAGE).as_posix() in LOADED_BY_PLACE:
        return
    others = "\n".join(text for other, text in sources().items() if other != path)
    unused = [name for name in defined(path) if not re.search(rf"\b{name}\b", others)]
    assert [] == unused
