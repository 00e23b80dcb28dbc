"""Reads what coverage by test has left."""

from pathlib import Path

from coverage import CoverageData
from robot.api.deco import keyword, library


@library
class covered:  # noqa: N801 - Robot imports a library by the name of its file
    """Checks which tests reached a line."""

    @keyword
    def line_should_be_reached_by(self, folder: Path, text: str, *tests: str) -> None:
        """Fail unless the line after the one with this text, or it, was reached by just these."""
        data = CoverageData(str(folder / ".coverage"))
        data.read()
        file = next(one for one in data.measured_files() if one.endswith("faulty/__init__.py"))
        lines = Path(file).read_text("utf-8").splitlines()
        number = next(n for n, line in enumerate(lines, 1) if text in line)
        reached = data.contexts_by_lineno(file)
        found = set(reached.get(number + text.startswith("def "), []))
        if found != set(tests):
            raise AssertionError(f"Line {number} was reached by {found}.")
        page = folder / "coverage" / "index.html"
        if not page.is_file():
            raise AssertionError(f"There is no {page}.")
