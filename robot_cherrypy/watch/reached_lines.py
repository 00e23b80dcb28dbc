"""Which tests have reached which lines, from the coverage by test of their last runs."""

from collections.abc import Collection
from pathlib import Path

from robot_cherrypy.watch.changed_lines import compare


class ReachedLines:
    """The lines that each test has reached.

    They are known only if the suites are run with the listener `robot_cherrypy.coverage`.
    """

    def __init__(self) -> None:
        self._texts: dict[Path, str] = {}
        # By file and context: the name of a test, or what stands for the time outside of tests.
        self._lines: dict[Path, dict[str, set[int]]] = {}
        self._tests: set[str] = set()

    def learn(self, data_file: Path, tests: Collection[str], since: float) -> None:
        """Remember what tests have reached in a run.

        Args:
            data_file: What the listener has written.
            tests: The full names of the tests of the run.
            since: When it began, in seconds since the epoch. Nothing is remembered of files that
                were saved after that.
        """
        from coverage import CoverageData  # noqa: PLC0415 - an extra, which the listener has found

        data = CoverageData(str(data_file))
        data.read()
        contexts = {*tests, *data.measured_contexts()}
        self._tests.update(tests)
        for name in data.measured_files():
            path = Path(name).resolve()
            if not path.is_file() or path.stat().st_mtime > since:
                self._texts.pop(path, None)
                continue
            self._texts[path] = path.read_text("utf-8", errors="replace")
            reached = self._lines.setdefault(path, {})
            for context in contexts:
                reached.pop(context, None)
            for line, reaching in data.contexts_by_lineno(name).items():
                for context in reaching:
                    reached.setdefault(context, set()).add(line)

    def tests_of_change(self, path: Path) -> set[str] | None:
        """Return the tests that have reached what was changed in a file since the last time.

        None if that is not known, or if other than tests has reached it, such as an import or the
        setup of a suite.
        """
        before = self._texts.get(path)
        if before is None or not path.is_file():
            return None
        self._texts[path] = path.read_text("utf-8", errors="replace")
        change = compare(before, self._texts[path])
        touched = {
            context
            for context, lines in self._lines[path].items()
            if change.lines is None or lines & change.lines
        }
        self._lines[path] = {
            context: {change.moved[line] for line in lines if line in change.moved}
            for context, lines in self._lines[path].items()
        }
        is_known = change.lines is not None and touched <= self._tests
        return touched if is_known else None
