"""Faults of this library in what it does at the ends of keywords, tests and suites."""

import traceback
from collections.abc import Callable
from typing import Any, ParamSpec

from robot.errors import ExecutionFailed
from robot.output import LOGGER

from robot_cherrypy.evidence import logger, verdict

_Arguments = ParamSpec("_Arguments")

# The name of the test that stands for a fault after the last test of a suite.
_NAME = "robot_cherrypy has a fault"


class ListenerGuard:
    """Runs the steps of the listener, so that one that fails stops no other and is never silent.

    A fault fails the test that is running, or else the next one of its suite that ends. After the
    last test it fails the suite, by a test of its own.
    """

    def __init__(self) -> None:
        self._faults: list[str] = []

    def run(
        self,
        step: Callable[_Arguments, object],
        *args: _Arguments.args,
        **kwargs: _Arguments.kwargs,
    ) -> None:
        """Run a step; keep what goes wrong in it."""
        try:
            step(*args, **kwargs)
        except ExecutionFailed:
            pass  # a signal: Robot Framework ends the test at the next keyword
        except Exception as error:  # noqa: BLE001 - whatever fails here must not stay silent
            self._add(error)

    def _add(self, error: Exception) -> None:
        summary = traceback.format_exception_only(error)[-1].strip()
        fault = (
            f"robot_cherrypy has a fault: {summary}\nPlease report it with this traceback:\n"
            + "".join(traceback.format_exception(error))
        )
        if fault not in self._faults:
            self._faults.append(fault)
            logger.error(fault)

    def pop(self) -> list[str]:
        """Return what went wrong; each fault is returned once."""
        faults, self._faults = self._faults, []
        return faults

    def fail(self, result: Any) -> None:
        """Fail a test for what went wrong, whatever its tags allow."""
        faults = self.pop()
        if faults:
            verdict.add_reasons(result, faults)
            result.status = "FAIL"

    def fail_suite(self, suite: Any, data: Any) -> None:
        """Fail a suite that ends for what went wrong since its last test, by one more test.

        Robot Framework counts failed tests for its exit code, and so do pabot and rebot.

        Args:
            suite: Its result.
            data: The suite itself.
        """
        result = self._failed_test(suite)
        if result is not None:
            test = data.tests.create(_NAME)
            LOGGER.start_test(test, result)
            LOGGER.end_test(test, result)

    def fail_run(self, suite: Any) -> None:
        """Have the run end with an exit code other than 0 for what went wrong after the last suite.

        The report, which has been written by now but for its end, has the faults among the errors
        of the run.

        Args:
            suite: Result of a suite of the run, or None if it had none.
        """
        while suite is not None and suite.parent is not None:
            suite = suite.parent
        self._failed_test(suite)

    def _failed_test(self, suite: Any) -> Any:
        """Return a new test of a suite that fails for what went wrong; None if nothing did."""
        faults = self.pop()
        if not faults or suite is None:
            return None
        return suite.tests.create(_NAME, status="FAIL", message="\n\n".join(faults))
