"""Which suites a saved file touches."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from robot_cherrypy.watch.import_graph import ImportGraph, files_of
from robot_cherrypy.watch.records import Application, SuiteRecord
from robot_cherrypy.watch.saved_files import SavedFile

# What applications write and no page is made of.
_NOT_SERVED = frozenset(
    {".db", ".log", ".md", ".orig", ".pid", ".pyc", ".rst", ".sqlite", ".sqlite3", ".swp", ".tmp"}
)
_SUITES = frozenset({".robot", ".resource", ".tsv"})


def is_shared_code(path: Path) -> bool:
    """Whether a file is a module or a part of several suites."""
    return path.suffix in {".py", ".resource"} or path.stem == "__init__"


@dataclass(frozen=True)
class _Known:
    """What is known of a suite.

    Attributes:
        files: Those it depends on.
        folders: Where further files are that it may depend on.
        whole_folders: Where each file is such a file, even a module that others import.
    """

    files: frozenset[Path]
    folders: frozenset[Path]
    whole_folders: frozenset[Path]


class Dependencies:
    """The files that suites depend on, learnt from their last runs."""

    def __init__(self) -> None:
        self._suites: dict[Path, _Known] = {}
        self._graph = ImportGraph()
        self._written: set[Path] = set()

    @property
    def suites(self) -> set[Path]:
        """The suites that are known."""
        return set(self._suites)

    def learn(self, record: SuiteRecord) -> None:
        """Remember what a suite depends on now."""
        folders, whole = set(), set()
        begin = {path for path in record.files if path.suffix == ".py"}
        for application in record.applications:
            search_path = [*application.search_path, *record.search_path]
            begin |= set(files_of(application.module, search_path))
            place = _folder(application, search_path)
            folders |= place
            if application.is_child:
                whole |= place
        paths = [*{p for use in record.applications for p in use.search_path}, *record.search_path]
        self._written |= record.written
        files = record.files | self._graph.closure(begin, paths)
        self._suites[record.suite] = _Known(frozenset(files), frozenset(folders), frozenset(whole))

    def forget(self, suite: Path) -> None:
        """Forget a suite that is no longer there."""
        self._suites.pop(suite, None)

    def touched_by(self, file: SavedFile, is_written: Callable[[Path], bool]) -> set[Path]:
        """Return the suites that depend on a file.

        Args:
            file: The file.
            is_written: Whether a run may have written it; such a file touches nothing, unless a
                suite is known to read it.
        """
        path = file.path
        exact = {suite for suite, known in self._suites.items() if path in known.files}
        if path.suffix in _SUITES:
            return exact or self._touched_by_new_part(path)
        if path.suffix == ".py":
            return exact | self._touched_by_module(file, is_known=bool(exact))
        if path in self._written or path.suffix in _NOT_SERVED or is_written(path):
            return exact
        return exact | {suite for suite, known in self._suites.items() if _in(path, known.folders)}

    def _touched_by_module(self, file: SavedFile, *, is_known: bool) -> set[Path]:
        """Return the suites that may import a module without that being known.

        A child process does, of which less is known. So does what lacked this module; but one that
        was there and that nothing has imported is nothing's.
        """
        is_loose = file.is_new and not is_known
        return {
            suite
            for suite, known in self._suites.items()
            if _in(file.path, known.whole_folders)
            or (is_loose and _in(file.path, known.folders | {suite.parent}))
        }

    def _touched_by_new_part(self, path: Path) -> set[Path]:
        """Return the suites to which a file that none of them knows may belong."""
        if path.suffix == ".resource":  # such as `resources/shop.resource` for `shop/basket.robot`
            place = path.parent.parent
        elif path.stem == "__init__":
            place = path.parent
        else:
            return set()
        return {suite for suite in self._suites if suite.is_relative_to(place)}


def _folder(application: Application, search_path: Iterable[Path]) -> set[Path]:
    """Return the folder of an application: of its package, or else that of its module.

    An application that is not there may be made anywhere on its search path.
    """
    top = application.module.partition(".")[0]
    for file in files_of(top, search_path):
        return {file.parent}
    return set(application.search_path)


def _in(file: Path, folders: Iterable[Path]) -> bool:
    return any(file.is_relative_to(folder) for folder in folders)
