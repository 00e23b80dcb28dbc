"""The Python files of a project, and the names under which they can be imported."""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from robot_cherrypy.errors import ApplicationError

# Folders that hold no application, or that of somebody else.
_LEFT_OUT = frozenset(
    {"acceptance", "build", "dist", "docs", "migrations", "node_modules", "site-packages", "tests"}
)

# How many files are read at most: a project has some hundred, a home folder many thousands.
_MOST_FILES = 2000


@dataclass(frozen=True)
class Source:
    """A Python file of a project.

    Attributes:
        module: The name under which it can be imported.
        folder: Where Python has to look for that module.
        tree: Its syntax tree.
    """

    module: str
    folder: Path
    tree: ast.Module


def read_sources(project: Path) -> Iterator[Source]:
    """Yield the Python files of a project, those of upper folders first.

    Tests, files that are no Python, virtual environments and hidden folders are left out.

    Raises:
        ApplicationError: There are too many files for one project.
    """
    for count, path in enumerate(_files(project), 1):
        if count > _MOST_FILES:
            raise ApplicationError(
                f"{project} has more than {_MOST_FILES} Python files: name the application with"
                " --app module:attribute, or the project's own folder."
            )
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, OSError):
            continue
        folder = _import_folder(path, project, tree)
        yield Source(_module_name(path, folder), folder, tree)


def _files(folder: Path) -> Iterator[Path]:
    entries = sorted(folder.iterdir(), key=lambda entry: (entry.is_dir(), entry.name))
    for entry in entries:
        if entry.is_dir():
            if not _is_left_out(entry):
                yield from _files(entry)
        elif entry.suffix == ".py" and not entry.name.startswith(("test_", "conftest.", "setup.")):
            yield entry


def _is_left_out(folder: Path) -> bool:
    return (
        folder.name in _LEFT_OUT
        or folder.name.startswith((".", "_"))
        or folder.is_symlink()
        or (folder / "pyvenv.cfg").exists()
    )


def _import_folder(path: Path, project: Path, tree: ast.Module) -> Path:
    """Return the folder above the file's outermost package.

    A folder without `__init__.py` is a package, too (PEP 420), if the file imports from it by name.
    """
    folder = path.parent
    while folder != project and (folder / "__init__.py").exists():
        folder = folder.parent
    imported = {name.partition(".")[0] for name in _imported(tree)}
    above = itertools.takewhile(lambda parent: parent != project.parent, folder.parents)
    named = [parent for parent in above if folder.relative_to(parent).parts[0] in imported]
    return named[-1] if named else folder


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _module_name(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
