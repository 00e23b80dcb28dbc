"""What a run consists of, and how it is divided.

A part is a suite on one kind of server: what one process runs. A shard is what one machine runs.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from robot.api import ExecutionResult, TestSuiteBuilder
from robot.conf import RobotSettings
from robot.errors import DataError
from robot.model import ModelModifier
from robot.output import LOGGER
from robot.run import RobotFramework

from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.running.last_failed import LAST_FAILED
from robot_cherrypy.running.orders import Order, Selection

# Where nothing is known of how long tests take, they count, whatever their number stands for.
_UNKNOWN = 1.0

# They choose tests by an earlier result, as LAST_FAILED does: that is done when a run is divided.
_DONE_BY_DIVIDING = ("rerunfailed", "rerunfailedsuites")


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A suite on one kind of server.

    Attributes:
        name: Its name in the results.
        place: Its file, as seen from the folder of the suites: the same on all machines.
        tests: How many tests it has.
        seconds: How long it takes, or the number of its tests if nothing is known of any suite.
        output: The results of all parts on this kind of server.
        order: What a process is told.
    """

    name: str
    place: str
    tests: int
    seconds: float
    output: Path
    order: Order


def divide(arguments: Sequence[str], output: Path, times: Mapping[str, float]) -> list[Part]:
    """Return the parts of a run, in the order in which `robot` would run them.

    Args:
        arguments: Those of `robot`.
        output: The results of all parts.
        times: By place how many seconds a test takes.

    Raises:
        RobotCherryPyError: Robot Framework finds no test, or refuses an option.
    """
    parsed, sources = RobotFramework().parse_arguments(arguments)
    options = {name: value for name, value in parsed.items() if value not in (None, [])}
    for name in ("exitonfailure", "exitonerror"):
        if options.get(name):
            raise RobotCherryPyError(f"--{name} does not go with --processes and --shard.")
    try:
        whole = _build(sources, options)
    except DataError as error:
        raise RobotCherryPyError(str(error)) from error
    common = {name: value for name, value in options.items() if name not in _DONE_BY_DIVIDING}
    modifiers = common.get("prerunmodifier", ())
    common["prerunmodifier"] = [each for each in modifiers if not each.startswith(LAST_FAILED)]
    common["name"] = whole.name  # of some of the suites Robot would make another
    usual = fmean(times.values()) if times else _UNKNOWN
    return [
        Part(
            name=suite.full_name,
            place=place,
            tests=len(suite.tests),
            seconds=times.get(place, usual) * len(suite.tests),
            output=output,
            order=Order(
                sources=[*sources],
                options=common,
                selection=Selection(
                    {suite.source.resolve(): frozenset(test.full_name for test in suite.tests)}
                ),
            ),
        )
        for place, suite in _suites(whole)
    ]


def shard(parts: Iterable[Part], number: int, total: int) -> list[Part]:
    """Return the parts of one shard. All shards take about the same time.

    Args:
        parts: The same, with the same times, for all shards.
        number: That of the shard, from 1.
        total: How many shards there are.
    """
    shards: list[list[Part]] = [[] for _ in range(total)]
    for part in longest_first(parts):
        min(shards, key=lambda chosen: sum(each.seconds for each in chosen)).append(part)
    return shards[number - 1]


def longest_first(parts: Iterable[Part]) -> list[Part]:
    """Return parts in the order that ends soonest: what is short fills the gaps at the end."""
    return sorted(parts, key=lambda part: (-part.seconds, part.name))


def recorded_times(output: Path) -> dict[str, float]:
    """Return by place how many seconds a test of a suite took in an earlier run.

    Raises:
        RobotCherryPyError: The file is not there, or has no results.
    """
    try:
        result = ExecutionResult(output, include_keywords=False)
    except DataError as error:
        raise RobotCherryPyError(f"No times of earlier runs: {error}") from error
    seconds = defaultdict(list)
    for place, suite in _suites(result.suite):
        seconds[place].append(suite.elapsed_time.total_seconds() / len(suite.tests))
    return {place: fmean(each) for place, each in seconds.items()}


def _build(sources: Sequence[str], options: Mapping[str, Any]) -> Any:
    """Return the suite that `robot` would run (`robot/run.py`, 7.5).

    Raises:
        DataError: There is no test, or an option is wrong.
    """
    settings = RobotSettings(options)
    suite = TestSuiteBuilder(
        included_extensions=settings.extension,
        included_files=settings.parse_include,
        custom_parsers=settings.parsers,
        rpa=settings.rpa,
        lang=settings.languages,
        allow_empty_suite=settings.run_empty_suite,
    ).build(*sources)
    modifiers = settings.pre_run_modifiers
    if modifiers:
        suite.visit(ModelModifier(modifiers, settings.run_empty_suite, LOGGER))
    suite.configure(**settings.suite_config)
    return suite


def _suites(suite: Any) -> Iterator[tuple[str, Any]]:
    """Yield the suites that have tests, of a run or a result, each with its place."""
    top = suite.source
    if top is None:  # around suites that were named, or those of several servers
        for inner in suite.suites:
            yield from _suites(inner)
        return
    waiting = [suite]
    while waiting:
        each = waiting.pop()
        if each.tests:
            yield os.path.relpath(each.source, top.parent), each
        waiting += reversed(each.suites)
