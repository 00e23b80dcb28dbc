"""Selecting the tests that failed in the last run, whatever suite they were run with."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.api import ExecutionResult, SuiteVisitor

if TYPE_CHECKING:
    from robot.result import TestCase, TestSuite

# What `robot-cherrypy run` calls the suites of a server.
_SERVERS = ("Threaded", "Async")

# The name of the class below, for `--prerunmodifier`.
LAST_FAILED = f"{__name__}._LastFailed"


def read_results(output: Path) -> "TestSuite":
    """Return the suite of a run, without what its keywords have done."""
    return ExecutionResult(output, include_keywords=False).suite


def failed_tests(suite: "TestSuite", kind: str | None = None) -> "list[TestCase]":
    """Return the tests that failed in a run; if it was on both servers, those on one of them.

    Args:
        suite: The suite of the run.
        kind: The kind of these servers; None for both.
    """
    suites = [suite]
    of_servers = [each for each in (suite, *suite.suites) if each.name in _SERVERS]
    if kind and of_servers:
        suites = [each for each in of_servers if each.name == kind.title()]
    return [test for each in suites for test in each.all_tests if test.failed]


class _LastFailed(SuiteVisitor):  # type: ignore[misc]
    """Removes all other tests before a run begins (`--prerunmodifier` of Robot Framework).

    A test is known by its file and its name: full names, which `--rerunfailed` has, depend on
    what else is run. Results of another machine have the same full names at least.
    """

    def __init__(self, output: str, kind: str = "") -> None:
        failed = failed_tests(read_results(Path(output)), kind or None)
        self._tests = {(test.source, test.name) for test in failed}
        self._full_names = {test.full_name for test in failed}

    def start_suite(self, suite: Any) -> None:
        """Keep those of its tests that failed."""
        suite.tests = [test for test in suite.tests if self._has(test)]

    def end_suite(self, suite: Any) -> None:
        """Keep those of its suites that have tests."""
        suite.suites = [each for each in suite.suites if each.has_tests]

    def _has(self, test: Any) -> bool:
        return (test.source, test.name) in self._tests or test.full_name in self._full_names
