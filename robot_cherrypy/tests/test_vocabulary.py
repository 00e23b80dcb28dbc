"""Names use the words of the glossary in docs/architecture.md, each in one meaning."""

import ast
import re
from pathlib import Path

import pytest

import robot_cherrypy

PACKAGE = Path(robot_cherrypy.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "tests" not in path.parts)
ARCHITECTURE = PACKAGE.parent / "docs" / "architecture.md"


def unused_words():
    """The words that the glossary does not want in names, each with the word to use instead."""
    section = ARCHITECTURE.read_text("utf-8").partition("### Not used in names")[2]
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \|$", section.partition("\n## ")[0], re.MULTILINE)
    return dict(rows)


def words(name):
    """The words of a name: `get_serverUrl` has `get`, `server` and `url`."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def public_names(path):
    """The module's own name, and every name without underscore that it defines."""
    yield path.stem if path.stem != "__init__" else path.parent.name
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = node.args
            for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
                yield argument.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr


def test_the_glossary_lists_unused_words():
    """The table is found, so that the tests below cannot pass for lack of it."""
    assert {"settle", "one", "chronicle"} <= set(unused_words())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_names_avoid_words_with_a_better_one(path):
    """A word stands for one thing; the glossary says which word to use instead."""
    avoided = unused_words()
    used = {
        f"{name}: use {avoided[word]}"
        for name in public_names(path)
        for word in words(name) & avoided.keys()
        if not name.startswith("_")
    }
    assert set() == used


def test_modules_of_different_rooms_share_no_vague_name():
    """Only nouns of the field, whose room tells which they are, name several modules."""
    stems = [path.stem for path in MODULES if path.stem != "__init__"]
    assert {stem for stem in stems if stems.count(stem) > 1} == SHARED_NOUNS


SHARED_NOUNS = {
    "clock",
    "configuration",
    "containers",
    "databases",
    "errors",
    "executables",
    "faults",
    "headers",
    "lifespan",
    "logs",
    "options",
    "requests",
    "server",
    "sessions",
    "threaded_server",
}
