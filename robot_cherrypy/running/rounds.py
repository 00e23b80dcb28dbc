"""Running Robot Framework once for each server, and again for the tests that failed."""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot.errors import DataError, Information
from robot.run import RobotFramework

from robot_cherrypy.browser import check_display
from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.running.merging import failed_tests, merge_attempt, was_stopped
from robot_cherrypy.running.result_options import output_name, report_options

if TYPE_CHECKING:
    from robot_cherrypy.harness.server_thread import Kind

# Robot's exit codes up to this one are numbers of failed tests (Robot Framework User Guide, 3.1.3).
_MOST_FAILED = 250

# Where an attempt writes, so that the results of those before it stay.
_ATTEMPT = "attempt.xml"

# The reports are made of all attempts at the end.
_NO_REPORTS = ("--log", "NONE", "--report", "NONE", "--xunit", "NONE", "--notimestampoutputs")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the command line says.

    Attributes:
        servers: The kinds of servers on which the suites are run, one after the other; none if the
            suites say it.
        last_failed: Whether only those tests are run that failed in the last run.
        retries: How often a test that fails is run again.
        library: Options of the library, which hold in all suites.
        robot: The arguments of `robot`.
    """

    servers: "tuple[Kind, ...]" = ()
    last_failed: bool = False
    retries: int = 0
    library: Mapping[str, str] = field(default_factory=dict)
    robot: Sequence[str] = ()


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
    kinds: Sequence[Kind | None] = wishes.servers or (None,)
    for kind, name in zip(kinds, names, strict=True):
        code = _run_on(kind, results / name, wishes)
        if code > _MOST_FAILED:
            return code
        if was_stopped(results / name):
            names = names[: names.index(name) + 1]
            break
    options = ["--outputdir", str(results), *report_options(given)]
    if len(wishes.servers) > 1:
        options += ["--name", given.get("name", "Acceptance"), "--output", output]
    return _call("robot.rebot", *options, *(str(results / name) for name in names))


def check_library_options(given: Mapping[str, str]) -> None:
    """Check values of options of the library before a test runs without them.

    Raises:
        RobotCherryPyError: One cannot be used.
    """
    try:
        Options.from_import(**given)
    except DataError as error:
        raise RobotCherryPyError(str(error)) from error
    if given.get("headed"):
        check_display()


def _parsed(arguments: Sequence[str]) -> dict[str, Any] | None:
    """Return the options of `robot` by their long names; None if it would run nothing."""
    try:
        options, _ = RobotFramework().parse_arguments(arguments)
    except (DataError, Information):
        return None
    return dict(options)


def options_for(kind: "Kind | None", library: Mapping[str, str]) -> list[str]:
    """Return options of `robot` for the kind of servers and for options of the library."""
    options = ["--variable", f"SERVER:{kind}"] if kind else []
    if library:
        given = [f"{name}={value}" for name, value in library.items()]
        options += ["--listener", ";".join(["robot_cherrypy.options", *given])]
    return options


def _run_on(kind: "Kind | None", output: Path, wishes: Wishes) -> int:
    """Run the suites on one server; return Robot's exit code if the run broke off, else 0."""
    attempt = output.with_name(_ATTEMPT)
    options = options_for(kind, wishes.library)
    if len(wishes.servers) > 1:
        options += ["--name", str(kind).title()]
    first = list(options)
    if wishes.last_failed:
        if not output.is_file():
            raise RobotCherryPyError(f"There are no results of a last run: {output} is missing.")
        first += ["--rerunfailed", str(output)]
    code = _attempt(attempt, first, wishes.robot)
    if code > _MOST_FAILED:
        return code
    attempt.replace(output)
    for _ in range(wishes.retries):
        if not failed_tests(output) or was_stopped(output):
            break
        code = _attempt(attempt, [*options, "--rerunfailed", str(output)], wishes.robot)
        if code > _MOST_FAILED:
            return code
        merge_attempt(output, attempt)
        attempt.unlink()
    return 0


def _attempt(output: Path, options: Sequence[str], arguments: Sequence[str]) -> int:
    """Run Robot Framework with the user's arguments; return its exit code.

    Raises:
        RobotCherryPyError: The suites are named in a file of arguments, and no option can follow.
    """
    _, sources = RobotFramework().parse_arguments(arguments)
    own = [*options, *_NO_REPORTS, "--outputdir", str(output.parent), "--output", output.name]
    # Of several options the last wins; what is to be run comes behind them.
    first = len(arguments) - len(sources)
    if [*arguments[first:]] != [*sources]:
        raise RobotCherryPyError("Name the suites on the command line, not in a file of arguments.")
    return _call("robot.run", *arguments[:first], *own, *arguments[first:])


def _call(module: str, *arguments: str) -> int:
    """Run a module of Robot Framework; Ctrl-C is for it, and it ends the tests and the report."""
    command = [sys.executable, "-m", module, *arguments]
    handler = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        return subprocess.run(command, check=False).returncode  # noqa: S603 - of this installation
    finally:
        signal.signal(signal.SIGINT, handler)
