"""Coverage of the application by acceptance test: `robot --listener robot_cherrypy.coverage …`.

Leaves an HTML report in `coverage/` of the output directory, in which each line names the tests
that reached it, and the data file `.coverage` beside it. What is measured is named after a colon,
such as `--listener robot_cherrypy.coverage:shop`; by default all code below the current folder.
Servers in child processes are measured as well. Needs the extra `coverage`.
"""

import contextlib
import importlib.util
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from robot.libraries.BuiltIn import BuiltIn

from robot_cherrypy.errors import MissingExtraError
from robot_cherrypy.evidence import logger
from robot_cherrypy.harness.child_coverage import CHILD_COVERAGE

__all__ = ["coverage"]

# The context of what runs while no test does, such as the setup of a suite.
_OUTSIDE = "outside of any test"

# The environment variable that names a folder for the data of several processes.
_FOLDER = "ROBOT_CHERRYPY_COVERAGE_FOLDER"


def is_measured(options: Mapping[str, Any]) -> bool:
    """Whether options of `robot`, by their long names, have this listener."""
    listeners = options.get("listener") or ()
    return any(name.startswith("robot_cherrypy.coverage") for name in listeners)


@contextlib.contextmanager
def common_report(output: Path) -> Iterator[None]:
    """Have all processes that are started meanwhile measure for one report.

    Args:
        output: The output directory, which gets the report in the end.
    """
    with tempfile.TemporaryDirectory(prefix="robot-cherrypy-coverage-") as folder:
        os.environ[_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[_FOLDER]
        _report([folder], output)


class coverage:  # noqa: N801 - Robot looks for a class named as the module
    """The listener (listener interface, version 3)."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, *sources: str) -> None:
        """Start to measure this process, and children that are started from now on.

        Args:
            sources: Packages or folders to measure; the current folder by default.

        Raises:
            MissingExtraError: coverage.py is not installed.
        """
        try:
            from coverage import Coverage  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            raise MissingExtraError("Measuring coverage", "coverage") from error
        # Not for programs that tests start, which may measure for themselves.
        folder = os.environ.pop(_FOLDER, None)
        self._is_part = folder is not None
        self._data = Path(folder or Path.cwd()) / f".coverage.{os.getpid()}"
        options: dict[str, Any] = {
            "source": list(sources) or ["."],
            "concurrency": ["thread", *_greenlet()],
            "omit": ["*/robot_cherrypy/*", "*/site-packages/*"],
        }
        self._coverage = Coverage(data_file=str(self._data), data_suffix=True, **options)
        self._output = Path.cwd()
        CHILD_COVERAGE.start(str(self._data), options)
        self._coverage.start()
        self._switch(_OUTSIDE)

    def start_suite(self, _data: Any, _result: Any) -> None:
        """Remember the output directory."""
        self._output = Path(BuiltIn().get_variable_value("${OUTPUT_DIR}"))

    def start_test(self, _data: Any, result: Any) -> None:
        """Switch the context to this test; the variables in its name are replaced."""
        self._switch(result.full_name)

    def end_test(self, _data: Any, _result: Any) -> None:
        """Switch the context to no test."""
        self._switch(_OUTSIDE)

    def close(self) -> None:
        """Write the report, unless it is one of several processes."""
        self._coverage.stop()
        self._coverage.save()
        CHILD_COVERAGE.stop()
        if not self._is_part:
            data = self._data.parent.glob(f"{self._data.name}*")
            _report([str(part) for part in data], self._output)

    def _switch(self, context: str) -> None:
        self._coverage.switch_context(context)
        CHILD_COVERAGE.switch(context)


def _greenlet() -> list[str]:
    """Return the setting for greenlets, on which the asyncio server runs page handlers.

    coverage.py refuses it if the package is not installed, which the threaded server does not need.
    """
    return ["greenlet"] if importlib.util.find_spec("greenlet") else []


def _report(parts: list[str], folder: Path) -> None:
    """Write the report.

    Args:
        parts: Files of data, or folders that have such files.
        folder: The output directory.
    """
    from coverage import Coverage  # noqa: PLC0415 - an extra
    from coverage.exceptions import NoDataError  # noqa: PLC0415 - likewise

    whole = Coverage(data_file=str(folder / ".coverage"))
    try:
        whole.combine(parts)
        whole.html_report(
            directory=str(folder / "coverage"), show_contexts=True, title="Coverage by test"
        )
    except NoDataError as error:
        logger.warn(f"There is no coverage to report: {error}")
