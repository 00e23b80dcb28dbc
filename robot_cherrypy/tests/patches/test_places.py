"""What changes somebody else's code stands in `patches/`, and each patch says what it changes."""

import ast
import functools
import re
from pathlib import Path

import pytest

import robot_cherrypy
from robot_cherrypy import patches

PACKAGE = Path(robot_cherrypy.__file__).parent
ROOM = PACKAGE / "patches"
OTHERS = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if "tests" not in path.parts and not path.is_relative_to(ROOM)
)

# What may be assigned to outside of `patches/` though it is not ours, by the room and the beginning
# of the target, and why it is no patch.
NO_PATCHES = {
    ("aio", "setattr(function"): "a mark on a function of the application",
    ("aio", "cherrypy.engine.execv"): "a restart, which is left to the parent of worker processes",
    ("aio", "os.environ"): "how servers are told of the socket that they are passed",
    ("aio", "encoder.body"): "the body of the response to the current request",
    ("aio", "response.body"): "the response to the current request",
    ("browser", "options.binary_location"): "an option that Selenium offers",
    ("command", "chosen."): "the command line, as argparse has parsed it",
    ("coverage", "os.environ["): "how processes are told of the folder for their data",
    ("evidence", "setattr(error"): "the text of an error that a keyword has raised",
    ("evidence", "message.message"): "Robot's way for a listener to change a message",
    ("evidence", "result."): "Robot's way for a listener to change a result",
    ("evidence", "suite."): "Robot's way for a listener to change what is run",
    ("evidence", "test."): "Robot's way for a listener to change what is run",
    ("harness", "bus.signal_handler.handlers"): "the handlers that CherryPy offers to be set",
    ("harness", "cherrypy.engine.state"): "the state of the bus, which the harness runs here",
    ("harness", "cherrypy.log."): "settings of the log",
    ("harness", "cherrypy.server."): "settings of the server",
    ("harness", "cherrypy.tree"): "the tree of the current server",
    ("harness", "server.socket_port"): "settings of the server",
    ("harness", "sys.modules["): "modules of an application of another suite",
    ("harness", "sys.path["): "folders of an application",
    ("harness", "os.environ["): "what a test gives a server, and restored",
    ("harness", "request."): "a request that the harness has made",
    ("harness", "setattr(cherrypy.log"): "settings of the log",
    ("harness", "setattr(settings"): "settings of a server that the harness has made",
    ("harness", "settings."): "settings of a server",
    ("harness", "setattr(owner"): "values of CherryPy's, which are restored",
    ("command", "os.environ["): "how Django is told its settings",
    ("hosting/django/project", "os.environ["): "likewise",
    ("hosting/django/project", "settings._wrapped"): "settings that could not be imported",
    ("hosting/django/testing", "connections["): "how Django shares a connection with a thread",
    ("pausing", "context."): "Robot's state of the running test, which is restored",
    (
        "pausing/prompt",
        "monitor._signal_count",
    ): "Robot's count of signals, for one it has not seen",
    ("reporting", "server."): "the server of the application, as CherryPy lets plugins set it",
    ("running", "again.message"): "Robot's way to change a result",
    ("running", "item.type"): "likewise",
    ("running", "message.message"): "likewise",
    ("running", "suite."): "likewise, and to change what is run",
    ("running", "sys.__std"): "streams of a process of ours, which shows them in the terminal",
    ("traffic", "hooks["): "CherryPy's list of hooks, from which ours is removed",
    ("traffic", "setattr(exchange"): "a record of ours",
    ("websocket", "cherrypy.serving."): "the context of the current request",
    ("websocket", "connection."): "the socket of one connection; cheroot works as before",
    ("websocket", "response."): "the response to the current request",
}
# What patches may assign to by other means than `Replacements`.
IN_PATCHES = {
    ("patches", "cherrypy.serving."): "the context of the current request",
    ("patches/context_serving", "setattr("): "likewise",
    ("patches/context_serving", "delattr("): "likewise",
    ("patches/replacements", "setattr("): "the mechanism itself",
    ("patches/speed/configuration", "setattr("): "the current request",
    ("patches/speed/requests", "setattr("): "the current request",
}


def imported_names(tree):
    """The names that a module has imported from elsewhere than this package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots = [(alias.name, alias.asname) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            roots = [(node.module, alias.asname or alias.name) for alias in node.names]
        else:
            continue
        for module, name in roots:
            if not module.startswith("robot_cherrypy"):
                yield name or module.partition(".")[0]


def root(node):
    """The name that a chain of attributes and items begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def targets(node):
    """The attributes and items that a statement assigns to or deletes."""
    assigned = getattr(node, "targets", None) or [getattr(node, "target", None)]
    for target in assigned:
        elements = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        yield from (one for one in elements if isinstance(one, ast.Attribute | ast.Subscript))


def foreign_names(function, imported):
    """The imported names, the arguments of an imported type, and names for parts of either."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    names = imported | {each.arg for each in arguments if root(each.annotation) in imported}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and root(node.value) in names:
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


@functools.cache
def changes(path, *, of_arguments):
    """Return what a module assigns to that is not its own, and each `setattr` and `delattr`."""
    tree = ast.parse(path.read_text("utf-8"))
    imported = set(imported_names(tree))
    scopes = [(tree, imported)]
    if of_arguments:
        functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        functions += [n for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef)]
        scopes += [(function, foreign_names(function, imported)) for function in functions]
    found = set()
    for scope, names in scopes:
        for node in ast.walk(scope):
            found.update(ast.unparse(each) for each in targets(node) if root(each) in names)
            if isinstance(node, ast.Call) and root(node.func) in {"setattr", "delattr"}:
                found.add(ast.unparse(node))
    return frozenset(found)


def place(path):
    """How the tables above name a module."""
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def unexplained(path, found, reasons):
    """Return those targets for which there is no reason."""
    known = tuple(target for room, target in reasons if place(path).startswith(room))
    return sorted(target for target in found if not target.startswith(known))


@pytest.mark.parametrize("path", OTHERS, ids=place)
def test_only_patches_change_what_is_not_ours(path):
    """Else it is a use of what is offered, and has a reason above."""
    assert [] == unexplained(path, changes(path, of_arguments=True), NO_PATCHES)


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=place)
def test_patches_use_one_mechanism(path):
    """`Replacements`, which restores what was there."""
    assert [] == unexplained(path, changes(path, of_arguments=False), IN_PATCHES)


def test_every_reason_is_needed():
    """A reason for what is no longer there could let something else pass."""
    found = [
        (place(path), target) for path in OTHERS for target in changes(path, of_arguments=True)
    ]
    assert [] == [
        (room, target)
        for room, target in NO_PATCHES
        if not any(there.startswith(room) and to.startswith(target) for there, to in found)
    ]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("import threading\nthreading.Thread.start = 1", "threading.Thread.start"),
        ("import cherrypy\ndef f():\n e = cherrypy.engine\n e.exit = 1", "e.exit"),
        ("from cherrypy import HTTPError as E\nE.set_response, x = 1, 2", "E.set_response"),
        ("from typing import Any\ndef f(server: Any):\n del server.stop", "server.stop"),
        ("import sys\nsys.modules['a'] = 1", "sys.modules['a']"),
        ("def f(owner):\n setattr(owner, 'a', 1)", "setattr(owner, 'a', 1)"),
    ],
)
def test_changes_are_found(tmp_path, source, target):
    """Of modules, classes, objects and arguments, however they are made."""
    path = tmp_path / "module.py"
    path.write_text(source)
    assert {target} == changes(path, of_arguments=True)


def test_own_attributes_are_not_meant(tmp_path):
    """What a module or a class does with what is its own is nobody else's business."""
    path = tmp_path / "module.py"
    path.write_text("import copy\nclass C:\n def f(self, other: 'C'):\n  self.a = other.b = 1")
    assert set() == changes(path, of_arguments=True)


PATCH_MODULES = sorted(
    path
    for path in ROOM.rglob("*.py")
    if path.stem not in {"__init__", "digests", "replacements", "source_check"}
)


@pytest.mark.parametrize("path", PATCH_MODULES, ids=place)
def test_patch_names_its_upstream(path):
    """The project and version are in the docstring of the module or room, the file in either."""
    tree = ast.parse(path.read_text("utf-8"))
    outer = ast.get_docstring(tree)
    room = ast.get_docstring(ast.parse((path.parent / "__init__.py").read_text("utf-8")))
    assert re.search(r"^Upstream: \w+ \d", f"{outer}\n{room}", re.MULTILINE)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = [function for function in functions if not function.name.startswith("_")]
    found = [each for each in found if each.args.args and each.args.args[0].arg == "replacements"]
    assert found
    for function in found:
        text = f"{outer}\n{ast.get_docstring(function)}"
        assert re.search(r"`[\w/]+\.py`|the modules? `", text), function.name


def test_patches_are_listed():
    """With the rooms that put them in place."""
    listed = dict(re.findall(r"^(\w+) +\|.*\| (\w+)$", patches.__doc__, re.MULTILINE))
    users = {}
    for path in OTHERS:
        for name in re.findall(
            r"from robot_cherrypy\.patches(?:\.| import )(\w+)", path.read_text()
        ):
            users.setdefault(name, set()).add(place(path).split("/")[0])
    known = {path.relative_to(ROOM).parts[0].removesuffix(".py") for path in PATCH_MODULES}
    assert known == listed.keys() - {"module"}
    assert {name: users[name] for name in known} == {name: {listed[name]} for name in known}
