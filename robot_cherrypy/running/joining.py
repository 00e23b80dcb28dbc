"""Joins the results of parts of a run into one, as if one process had run them."""

import re
from collections.abc import Sequence
from pathlib import Path

from robot.api import ExecutionResult, ResultVisitor
from robot.result import Message, TestSuite

# Where a message shows a file or has a link to one.
_LINK = re.compile(r"""((?:href|src)=["'])([^"':#?]+)(?=["'])""")


def join_parts(parts: Sequence[Path], output: Path) -> None:
    """Write the results of several parts as one.

    Links to files beside the results of a part, such as pictures, lead there from the whole.

    Args:
        parts: The `output.xml` of each, in the order of the report; at least one.
        output: That of the whole; all parts are in folders below its folder.
    """
    first, *others = parts
    whole = _read(first, output)
    for part in others:
        result = _read(part, output)
        _join(whole.suite, result.suite)
        whole.errors.add(result.errors)
    whole.save(output)


def _read(part: Path, output: Path) -> ExecutionResult:
    result = ExecutionResult(part)
    result.visit(_MoveLinks(part.parent, part.parent.relative_to(output.parent)))
    return result


def _join(suite: TestSuite, other: TestSuite) -> None:
    """Add the suites below another suite of the same name, whose setup was run there, too."""
    if other.setup and other.setup.failed:
        suite.setup = other.setup
    if other.teardown and other.teardown.failed:
        suite.teardown = other.teardown
    if other.start_time and suite.start_time:
        end = max(suite.end_time, other.end_time)
        suite.start_time = min(suite.start_time, other.start_time)
        suite.elapsed_time, suite.end_time = None, end
    for inner in other.suites:
        same = next((each for each in suite.suites if _is_same(each, inner)), None)
        if same is None:
            suite.suites.append(inner)
        else:
            _join(same, inner)


def _is_same(suite: TestSuite, other: TestSuite) -> bool:
    return bool(suite.name == other.name and suite.source == other.source)


class _MoveLinks(ResultVisitor):  # type: ignore[misc]
    """Has links in messages begin at another folder than the one that their files are in."""

    def __init__(self, folder: Path, moved: Path) -> None:
        self._folder = folder
        self._moved = moved

    def visit_message(self, message: Message) -> None:
        """Change the links of a message."""
        if message.html:
            message.message = _LINK.sub(self._link, message.message)

    def _link(self, match: re.Match[str]) -> str:
        start, target = match.groups()
        is_here = len(target) < 255 and (self._folder / target).is_file()
        return f"{start}{(self._moved / target).as_posix()}" if is_here else match.group()
