"""Which files a Python module imports, directly and through others, by reading their source."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path


class ImportGraph:
    """The imports of Python files; each version of a file is read once."""

    def __init__(self) -> None:
        self._names: dict[Path, tuple[int, frozenset[str]]] = {}

    def closure(self, files: Iterable[Path], search_path: Iterable[Path]) -> set[Path]:
        """Return these files and all that they import, as far as the folders have them.

        Args:
            files: Where to begin.
            search_path: The folders in which modules are looked for.
        """
        folders = list(search_path)
        found: set[Path] = set()
        left = list(files)
        while left:
            file = left.pop()
            if file not in found:
                found.add(file)
                for name in self._imported(file):
                    left += files_of(name, [*folders, file.parent])
        return found

    def _imported(self, file: Path) -> frozenset[str]:
        try:
            version = file.stat().st_mtime_ns
            if self._names.get(file, (None,))[0] != version:
                self._names[file] = (version, frozenset(_imports(file)))
        except (OSError, SyntaxError, ValueError):  # it is no source, or not a right one now
            return frozenset()
        return self._names[file][1]


def files_of(name: str, search_path: Iterable[Path]) -> list[Path]:
    """Return the files of a dotted name: of the module and of the packages that it is in.

    A last part that is no module is something in it.
    """
    for folder in search_path:
        files = []
        place = folder
        for part in name.split("."):
            place /= part
            candidates = (place / "__init__.py", place.with_name(f"{part}.py"))
            file = next((path for path in candidates if path.is_file()), None)
            if file:
                files.append(file)
            if file != candidates[0] and not place.is_dir():
                break
        if files:
            return files
    return []


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                module = ".".join(filter(None, [_package(file, node.level), module]))
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _package(file: Path, level: int) -> str:
    """Return the dotted name of the package that a relative import begins at."""
    folder = file.parents[level - 1]
    names: list[str] = []
    while (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    return ".".join(names)
