"""A listener that sends each verdict as soon as it is there, and what each suite depends on."""

import contextlib
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robot.api.interfaces import ListenerV3

from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.harness.loading import USED_APPLICATIONS
from robot_cherrypy.running.orders import Send
from robot_cherrypy.watch.records import AllTestsEnded, Application, Plan, SuiteRecord, Verdict


@dataclass
class _Level:
    """A suite that runs: what it and its setup have used."""

    files: set[Path] = field(default_factory=set)
    applications: set[Application] = field(default_factory=set)


class SuiteListener(ListenerV3):
    """The listener.

    Args:
        send: Sends what is recorded.
        roots: The folders whose files are of interest.
    """

    # After all others, which may change the result of a test.
    ROBOT_LISTENER_PRIORITY = float("-inf")

    def __init__(self, send: Send, roots: tuple[Path, ...]) -> None:
        self._send = send
        self._roots = roots
        self._levels: list[_Level] = []
        self._next = _Level()
        self._is_importing = False
        self._opened = _OpenedFiles(roots)
        self._modules = set(sys.modules)
        # By file: how many suites of it are left, as with several servers, and what others used.
        self._left: Counter[Path] = Counter()
        self._used: dict[Path, _Level] = {}

    def start_suite(self, data: Any, _result: Any) -> None:
        """Begin a level; name the suites of the run before the first."""
        if not self._levels:
            suites = {id(test.parent): test.parent.source for test in data.all_tests}
            self._left.update(path.resolve() for path in suites.values() if path)
            self._send(Plan(frozenset(self._left)))
        self._levels.append(self._next)
        self._next, self._is_importing = _Level(), False
        if data.source and data.source.is_dir():
            self._add(*data.source.glob("__init__.*"))
        elif data.source:
            self._add(data.source)

    def library_import(self, library: Any, _importer: Any) -> None:
        """Add the file of a library.

        A suite imports what its settings name before it starts, and always this library first.
        """
        if library.name == "BuiltIn":
            self._collect()
            self._is_importing = True
        self._add(library.source)

    def resource_import(self, resource: Any, _importer: Any) -> None:
        """Add a resource."""
        self._add(resource.source)

    def variables_import(self, attrs: Any, _importer: Any) -> None:
        """Add a file of variables."""
        self._add(attrs["source"])

    def end_test(self, data: Any, result: Any) -> None:
        """Send the verdict, with secrets masked: the terminal is no place for them either."""
        self._send(
            Verdict(
                name=result.full_name,
                suite=data.source.resolve(),
                line=data.lineno or 0,
                status=result.status,
                message=SECRETS.masker().text(result.message) if result.message else "",
                seconds=result.elapsed_time.total_seconds(),
            )
        )

    def end_suite(self, data: Any, _result: Any) -> None:
        """Send what the suite depends on."""
        if len(self._levels) == 1:
            self._send(AllTestsEnded())
        self._collect()
        if data.tests and data.source:
            self._end_file(data.source.resolve())
        self._levels.pop()

    @property
    def _level(self) -> _Level:
        return self._next if self._is_importing or not self._levels else self._levels[-1]

    def _add(self, *files: str | os.PathLike[str] | None) -> None:
        paths = {Path(file).resolve() for file in files if file}
        self._level.files |= {path for path in paths if _is_own(path, self._roots)}

    def _collect(self) -> None:
        """Add what was imported, read and started since the last time.

        What was read before the first suite are the files of all suites.
        """
        if not self._levels:
            self._opened.read.clear()
        names = set(sys.modules) - self._modules
        self._modules |= names
        self._add(*(getattr(sys.modules.get(name), "__file__", None) for name in names))
        self._level.files |= {path for path in self._opened.read if _is_own(path, self._roots)}
        self._opened.read.clear()
        for reference, search_path, is_child in list(USED_APPLICATIONS):
            module = reference.partition(":")[0]
            self._level.applications.add(Application(module, search_path, is_child))
        USED_APPLICATIONS.clear()

    def _end_file(self, suite: Path) -> None:
        """Send what a file depends on when the last suite of it has ended."""
        used = self._used.setdefault(suite, _Level())
        # A suite depends on what the folders that it is in have imported and started, too.
        for level in self._levels:
            used.files |= level.files
            used.applications |= level.applications
        self._left[suite] -= 1
        if self._left[suite] <= 0:
            self._send(self._record(suite, used))

    def _record(self, suite: Path, used: _Level) -> SuiteRecord:
        return SuiteRecord(
            suite=suite,
            files=frozenset(used.files - self._opened.written),
            applications=frozenset(used.applications),
            written=frozenset(self._opened.written),
            search_path=tuple(
                path
                for path in map(Path, filter(None, sys.path))
                if path.is_dir() and _is_own(path.resolve(), self._roots)
            ),
        )


class _OpenedFiles:
    """The files of some folders that this process has opened, by an audit hook of Python."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self.read: set[Path] = set()
        self.written: set[Path] = set()
        self._roots = tuple(str(root) for root in roots)
        sys.addaudithook(self._audit)

    def _audit(self, event: str, values: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = values
            is_written = bool(flags & (os.O_WRONLY | os.O_RDWR)) or (mode and mode[0] in "wax")
        elif event == "sqlite3.connect":
            path, is_written = values[0], True
        else:
            return
        if isinstance(path, str | os.PathLike):
            # Whatever a path consists of: the file is opened all the same.
            with contextlib.suppress(OSError, TypeError, ValueError):
                text = os.path.realpath(path)
                if isinstance(text, str) and text.startswith(self._roots):
                    (self.written if is_written else self.read).add(Path(text))


def _is_own(path: Path, folders: tuple[Path, ...]) -> bool:
    """Whether a file is in one of these folders, and is not installed there."""
    is_below = any(path.is_relative_to(folder) for folder in folders)
    return is_below and "site-packages" not in path.parts
