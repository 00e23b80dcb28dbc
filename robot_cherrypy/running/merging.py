"""Merging the results of tests that were run again, with what each attempt has logged."""

from pathlib import Path

from robot.api import ExecutionResult, ResultVisitor
from robot.result import Group, Keyword, TestCase, TestSuite

# The tag of a test that failed and then passed.
_FLAKY = "flaky"

# Robot's message for a test that a signal has ended (`robot/running/signalhandler.py`, 7.5).
_STOPPED = "Execution terminated by signal"


def was_stopped(output: Path) -> bool:
    """Whether a run was ended by a signal, such as Ctrl-C, or by `quit` in a pause."""
    tests = ExecutionResult(output, include_keywords=False).suite.all_tests
    return any(_STOPPED in test.message for test in tests)


def merge_attempt(output: Path, again: Path) -> None:
    """Put the results of tests that were run again in place of the earlier ones.

    A test begins with a group of what its earlier attempt did. One that has passed now is tagged
    `flaky`.

    Args:
        output: The `output.xml` of the earlier attempts; it is written anew.
        again: That of the new attempt.
    """
    result = ExecutionResult(output)
    result.visit(_Replace(ExecutionResult(again)))
    result.save(output)


class _Replace(ResultVisitor):  # type: ignore[misc]
    """Replaces tests by those of the same name in another result."""

    def __init__(self, again: ExecutionResult) -> None:
        self._again: dict[str, TestCase] = {test.full_name: test for test in again.suite.all_tests}

    def start_suite(self, suite: TestSuite) -> None:
        """Replace the tests of a suite."""
        for index, test in enumerate(suite.tests):
            if test.full_name in self._again:
                suite.tests[index] = _joined(test, self._again[test.full_name])


def _joined(test: TestCase, again: TestCase) -> TestCase:
    attempts = [item for item in test.body if _is_attempt(item)]
    number = len(attempts) + 1
    group = Group(name=f"Attempt {number}: {first_line(test)}", status=test.status)
    group.start_time, group.elapsed_time = test.start_time, test.elapsed_time
    own = [item for item in test.body if not _is_attempt(item)]
    for item in (test.setup, *own, test.teardown):
        if item:
            group.body.append(_plain(item))
    for index, item in enumerate([*attempts, group]):
        again.body.insert(index, item)
    if again.passed:
        again.tags.add(_FLAKY)
        again.message = f"Passed at attempt {number + 1}. Before: {first_line(test)}"
    return again


def first_line(test: TestCase) -> str:
    """Return the first line of why a test failed, or its status if it says that as HTML."""
    first: str = test.message.partition("\n")[0]
    return test.status if not first or first.startswith("*HTML*") else first


def _is_attempt(item: object) -> bool:
    return isinstance(item, Group) and item.name.startswith("Attempt ")


def _plain(item: Keyword) -> Keyword:
    """Return a setup or teardown as a keyword, as only a test or keyword can have one."""
    if getattr(item, "type", None) in {Keyword.SETUP, Keyword.TEARDOWN}:
        item = item.deepcopy()
        item.type = Keyword.KEYWORD
    return item
