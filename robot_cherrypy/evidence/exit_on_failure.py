"""Ends the run after a test with the tag `robot:exit-on-failure` that only the verdict has failed.

Robot Framework applies this tag before it calls listeners. (The option `--exitonfailure` it applies
after them.)
"""

from typing import Any

# What Robot Framework says then (`robot/running/status.py`, TestMessage), and how it marks such
# tests.
_MESSAGE = "Test execution stopped due to a fatal error."
_TAG = "robot:exit"


class ExitOnFailure:
    """Whether the run has to end, and how the tests and suites that are left do not run."""

    def __init__(self) -> None:
        self._is_needed = False

    def note_failure(self, result: Any) -> None:
        """End the run if the tag asks for it; this test has not failed before."""
        if result.failed and result.tags.robot("exit-on-failure"):
            self._is_needed = True

    def skip_fixtures(self, suite: Any) -> None:
        """Run neither setup nor teardown of a suite that starts after that."""
        if self._is_needed:
            suite.setup = suite.teardown = None

    def fail_test(self, test: Any, result: Any) -> None:
        """Fail a test that starts after that, without running it."""
        if self._is_needed:
            test.error = _MESSAGE
            result.tags.add(_TAG)
