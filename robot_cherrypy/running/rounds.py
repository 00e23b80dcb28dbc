"""Running Robot Framework once for each server, and again for the tests that failed."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.errors import DataError, Information
from robot.run import RobotFramework

from robot_cherrypy.coverage import common_report, is_measured
from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.running.division import divide, recorded_times, shard
from robot_cherrypy.running.last_failed import LAST_FAILED, failed_tests, read_results
from robot_cherrypy.running.merging import merge_attempt, was_stopped
from robot_cherrypy.running.parallel import run_parts
from robot_cherrypy.running.result_options import output_name, report_options
from robot_cherrypy.running.wishes import (
    Wishes,
    check_library_options,
    options_for,
    with_options,
)

if TYPE_CHECKING:
    from robot_cherrypy.harness.server_thread import Kind

# Robot's exit codes up to this one are numbers of failed tests (Robot Framework User Guide, 3.1.3).
_MOST_FAILED = 250

# Where an attempt writes, so that the results of those before it stay.
_ATTEMPT = "attempt.xml"

# What the results of the last run are called meanwhile: they stay if a run breaks off.
_BEFORE = "before.xml"

# The reports are made of all attempts at the end.
_NO_REPORTS = ("--log", "NONE", "--report", "NONE", "--xunit", "NONE", "--notimestampoutputs")


def run(wishes: Wishes) -> int:
    """Run suites, and write one report; return Robot's exit code.

    Raises:
        RobotCherryPyError: The last run's results are not there, or an option of the library has a
            value that cannot be used.
    """
    check_library_options(wishes.library)
    given = _parsed(wishes.robot)
    if given is None:  # `--help`, or a mistake: `robot` itself tells
        return _call("robot.run", *wishes.robot)
    results, output = Path(given.get("outputdir", "results")), output_name(given)
    # In one folder, where the pictures of both are found beside the report.
    names = [f"{kind}.xml" for kind in wishes.servers] if len(wishes.servers) > 1 else [output]
    outputs = dict(zip((results / name for name in names), wishes.servers or [None], strict=True))
    last = results / output
    if wishes.last_failed:
        outputs = _failed_last(last, outputs)
    run_all = _run_parts if wishes.processes or wishes.shard else _run_in_turn
    with common_report(results) if is_measured(given) else contextlib.nullcontext():
        code, written = run_all(wishes, outputs, last)
    if not written:
        return code
    options = ["--outputdir", str(results), *report_options(given)]
    if len(wishes.servers) > 1:
        options += ["--output", output]
    if len(written) > 1:
        options += ["--name", given.get("name", "Acceptance")]
    failed = _call("robot.rebot", *options, *map(str, written))
    return code or failed


def _parsed(arguments: Sequence[str]) -> dict[str, Any] | None:
    """Return the options of `robot` by their long names; None if it would run nothing."""
    try:
        options, _ = RobotFramework().parse_arguments(arguments)
    except (DataError, Information):
        return None
    return dict(options)


def _failed_last(last: Path, outputs: "Mapping[Path, Kind | None]") -> "dict[Path, Kind | None]":
    """Return what is to be written on those servers on which tests failed in the last run.

    Raises:
        RobotCherryPyError: No test failed, or there are no results.
    """
    if not last.is_file():
        raise RobotCherryPyError(f"There are no results of a last run: {last} is missing.")
    results = read_results(last)
    number = len(failed_tests(results))
    if not number:
        raise RobotCherryPyError(f"No test failed in the last run, of which {last} is.")
    tests = "the test" if number == 1 else f"the {number} tests"
    print(  # noqa: T201 - this is the command line
        f"Running {tests} that failed in the last run ({last}).", flush=True
    )
    return {output: kind for output, kind in outputs.items() if failed_tests(results, kind)}


def _run_in_turn(
    wishes: Wishes, outputs: "Mapping[Path, Kind | None]", last: Path
) -> tuple[int, list[Path]]:
    """Run the suites on one server after the other; return 0 and the results.

    If a run breaks off, return Robot's exit code and no results.
    """
    written: list[Path] = []
    for output, kind in outputs.items():
        code = _run_on(kind, output, wishes, last)
        if code > _MOST_FAILED:
            return code, []
        written.append(output)
        if was_stopped(output):
            break
    return 0, written


def _run_on(kind: "Kind | None", output: Path, wishes: Wishes, last: Path) -> int:
    """Run the suites on one server; return Robot's exit code if the run broke off, else 0."""
    # Robot Framework prints the name of what it writes, so that is the name that it keeps.
    before = output.with_name(_BEFORE)
    if output.is_file():
        output.replace(before)
    options = _options_on(kind, wishes)
    selecting = _selecting(wishes, before if output == last else last, kind)
    code = _attempt(output, [*options, *selecting], wishes.robot)
    if code > _MOST_FAILED:
        if before.is_file():
            before.replace(output)
        return code
    before.unlink(missing_ok=True)
    attempt = output.with_name(_ATTEMPT)
    for _ in range(wishes.retries):
        if not failed_tests(read_results(output)) or was_stopped(output):
            break
        code = _attempt(attempt, [*options, "--rerunfailed", str(output)], wishes.robot)
        if code > _MOST_FAILED:
            return code
        merge_attempt(output, attempt)
        attempt.unlink()
    return 0


def _run_parts(
    wishes: Wishes, outputs: "Mapping[Path, Kind | None]", last: Path
) -> tuple[int, list[Path]]:
    """Run each suite in a process of its own; return 0 and the results.

    If some suites have no results, return the exit code that says why, and the results of others.
    """
    parts = []
    times = _times(wishes, outputs)
    for output, kind in outputs.items():
        options = [*_options_on(kind, wishes), *_selecting(wishes, last, kind)]
        parts += divide(with_options(wishes.robot, options), output, times)
    if wishes.shard:
        total = len(parts)
        parts = shard(parts, *wishes.shard)
        number, shards = wishes.shard
        print(  # noqa: T201 - this is the command line
            f"Shard {number} of {shards} has {len(parts)} of {total} suites.", flush=True
        )
    for output in outputs:
        output.unlink(missing_ok=True)
    code = run_parts(parts, processes=wishes.processes or 1, retries=wishes.retries)
    return code, [output for output in outputs if output.is_file()]


def _times(wishes: Wishes, outputs: "Mapping[Path, Kind | None]") -> Mapping[str, float]:
    """Return how long tests took, as the command line says or else in the last run.

    All shards of a run have to know the same, and last runs of other machines may differ.
    """
    last = None if wishes.shard else next(filter(Path.is_file, outputs), None)
    output = wishes.times or last
    return recorded_times(output) if output else {}


def _options_on(kind: "Kind | None", wishes: Wishes) -> list[str]:
    options = options_for(kind, wishes.library)
    return [*options, "--name", str(kind).title()] if len(wishes.servers) > 1 else options


def _selecting(wishes: Wishes, last: Path, kind: "Kind | None") -> list[str]:
    """Return the options that select tests by the results of the last run, if that is wished."""
    if not wishes.last_failed:
        return []
    return ["--prerunmodifier", ";".join((LAST_FAILED, str(last), kind or ""))]


def _attempt(output: Path, options: Sequence[str], arguments: Sequence[str]) -> int:
    """Run Robot Framework with the user's arguments; return its exit code."""
    own = [*options, *_NO_REPORTS, "--outputdir", str(output.parent), "--output", output.name]
    return _call("robot.run", *with_options(arguments, own))


def _call(module: str, *arguments: str) -> int:
    """Run a module of Robot Framework; Ctrl-C is for it, and it ends the tests and the report."""
    command = [sys.executable, "-m", module, *arguments]
    handler = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - of this installation
    finally:
        signal.signal(signal.SIGINT, handler)
