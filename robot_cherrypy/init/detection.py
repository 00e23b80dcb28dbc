"""Finding the application of a project by reading its source, without running any of it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.harness.server_thread import Kind
from robot_cherrypy.hosting.django.project import locate
from robot_cherrypy.init.sources import Source, read_sources

# The classes of applications, with their frameworks' names and the server that suits them.
_CLASSES: dict[str, tuple[str, Kind]] = {
    "bottle.Bottle": ("Bottle", "threaded"),
    "cherrypy.Application": ("CherryPy", "threaded"),
    "cherrypy.tree.mount": ("CherryPy", "threaded"),
    "falcon.App": ("Falcon", "threaded"),
    "falcon.asgi.App": ("Falcon", "async"),
    "fastapi.FastAPI": ("FastAPI", "async"),
    "flask.Flask": ("Flask", "threaded"),
    "litestar.Litestar": ("Litestar", "async"),
    "quart.Quart": ("Quart", "async"),
    "starlette.applications.Starlette": ("Starlette", "async"),
}

# What mounts an application with its configuration.
_MOUNTING = frozenset({"cherrypy.quickstart", "cherrypy.tree.mount", "cherrypy.tree.graft"})


@dataclass(frozen=True)
class Candidate:
    """What may be the application of a project.

    Attributes:
        application: As `Start Server` takes it.
        framework: The framework's name.
        folder: Where Python has to look for the module.
        server: Which server suits it.
        rank: How likely it is the application, 0 most.
    """

    application: str
    framework: str
    folder: Path
    server: Kind = "threaded"
    rank: int = 0


def find_candidates(project: Path) -> list[Candidate]:
    """Return what may be the application of a project: those that are most likely.

    Args:
        project: The project's folder.

    Raises:
        ApplicationError: The project has too many files.
    """
    found = [*_django(project)] or [
        candidate for source in read_sources(project) for candidate in _Finder(source).find()
    ]
    best = min((candidate.rank for candidate in found), default=0)
    return [candidate for candidate in found if candidate.rank == best]


def _django(project: Path) -> Iterator[Candidate]:
    for folder in (project, *sorted(path for path in project.iterdir() if path.is_dir())):
        if (folder / "manage.py").is_file():
            try:
                settings, _ = locate(str(folder))
            except ApplicationError:
                continue
            yield Candidate(settings, "Django", folder)


class _Finder:
    """Finds applications in one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names = dict(_names(source.tree))
        self._classes = {
            node.name: node for node in source.tree.body if isinstance(node, ast.ClassDef)
        }

    def find(self) -> Iterator[Candidate]:
        """Yield the applications, in the order of the file."""
        for node in self._source.tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                yield from self._in_assignment(node)
            elif isinstance(node, ast.Expr) and self._called(node.value) in _MOUNTING:
                yield self._candidate("", "CherryPy", rank=1)
            elif isinstance(node, ast.If):
                yield from self._in_main(node)
            elif isinstance(node, ast.FunctionDef):
                yield from self._in_function(node)
            elif isinstance(node, ast.ClassDef):
                yield from self._in_class(node)

    def _in_assignment(self, node: ast.Assign | ast.AnnAssign) -> Iterator[Candidate]:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if not isinstance(target, ast.Name) or node.value is None:
            return
        framework = _CLASSES.get(self._called(node.value))
        if framework is not None:
            yield self._candidate(target.id, *framework)
        elif self._dotted(node.value) == "cherrypy.tree":
            yield self._candidate("", "CherryPy")

    def _in_main(self, node: ast.If) -> Iterator[Candidate]:
        """Yield the class whose instance a program mounts when it is run."""
        for call in _calls(node):
            if self._called(call) in _MOUNTING and call.args:
                root = call.args[0]
                name = root.func if isinstance(root, ast.Call) else root
                if isinstance(name, ast.Name) and name.id in self._classes:
                    yield self._candidate(name.id, "CherryPy", self._server(name.id), rank=1)

    def _in_function(self, node: ast.FunctionDef) -> Iterator[Candidate]:
        """Yield a factory: a function that needs no arguments and makes an application."""
        if not _needs_arguments(node.args):
            calls = {self._called(call) for call in _calls(node)}
            frameworks = [_CLASSES[name] for name in _CLASSES if name in calls]
            if frameworks:
                yield self._candidate(node.name, *frameworks[0], rank=2)
            elif calls & _MOUNTING:
                yield self._candidate(node.name, "CherryPy", rank=2)

    def _in_class(self, node: ast.ClassDef) -> Iterator[Candidate]:
        pages = {name for name, _ in self._pages(node)}
        constructors = [
            method
            for method in node.body
            if isinstance(method, ast.FunctionDef) and method.name == "__init__"
        ]
        needs_arguments = any(_needs_arguments(method.args, own=1) for method in constructors)
        if pages & {"index", "default"} and not needs_arguments:
            yield self._candidate(node.name, "CherryPy", self._server(node.name), rank=3)

    def _server(self, name: str) -> Kind:
        """Return `async` for a class with coroutines as page handlers."""
        pages = self._pages(self._classes[name])
        return "async" if any(is_coroutine for _, is_coroutine in pages) else "threaded"

    def _pages(self, node: ast.ClassDef) -> Iterator[tuple[str, bool]]:
        """Yield the names of a class's page handlers, and whether each is a coroutine."""
        for method in node.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                decorators = {
                    self._dotted(item.func if isinstance(item, ast.Call) else item)
                    for item in method.decorator_list
                }
                if "cherrypy.expose" in decorators:
                    yield method.name, isinstance(method, ast.AsyncFunctionDef)

    def _candidate(
        self, attribute: str, framework: str, server: Kind = "threaded", rank: int = 0
    ) -> Candidate:
        module, folder = self._source.module, self._source.folder
        name = f"{module}:{attribute}" if attribute else module
        return Candidate(name, framework, folder, server, rank)

    def _called(self, node: ast.expr) -> str:
        return self._dotted(node.func) if isinstance(node, ast.Call) else ""

    def _dotted(self, node: ast.expr) -> str:
        """Return the full name of what an expression names, such as `flask.Flask`."""
        if isinstance(node, ast.Attribute):
            return f"{self._dotted(node.value)}.{node.attr}"
        return self._names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def _names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the names that imports give to modules and their members, with their full names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (child for child in ast.walk(node) if isinstance(child, ast.Call))


def _needs_arguments(arguments: ast.arguments, own: int = 0) -> bool:
    """Return whether a function cannot be called without arguments, besides its `own` first."""
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional - len(arguments.defaults) > own or None in arguments.kw_defaults
