"""Reads the results of coverage by test."""

from pathlib import Path

from coverage import CoverageData
from robot.api.deco import keyword, library


@library
class covered:  # noqa: N801 - Robot imports a library by the name of its file
    """Checks which tests reached a line."""

    @keyword
    def line_should_be_reached_by(self, folder: Path, text: str, *tests: str) -> None:
        """Fail unless exactly these tests reached the line with this text.

        The line of a `def` is reached when its module is imported, so the next one is meant then.
        """
        data = CoverageData(str(folder / ".coverage"))
        data.read()
        files = data.measured_files()
        file = next(name for name in files if name.endswith("faulty/__init__.py"))
        lines = Path(file).read_text("utf-8").splitlines()
        number = next(n for n, line in enumerate(lines, 1) if text in line)
        reached = data.contexts_by_lineno(file)
        actual = set(reached.get(number + text.startswith("def "), []))
        if actual != set(tests):
            raise AssertionError(f"Line {number} was reached by {actual}.")
        page = folder / "coverage" / "index.html"
        if not page.is_file():
            raise AssertionError(f"There is no {page}.")
