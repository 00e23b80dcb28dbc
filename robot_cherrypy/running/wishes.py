"""What the command line says, and what `robot` is told because of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from robot.errors import DataError
from robot.run import RobotFramework

from robot_cherrypy.browser import check_display
from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.keywords.options import Options

if TYPE_CHECKING:
    from robot_cherrypy.harness.server_thread import Kind


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the command line says.

    Attributes:
        servers: The kinds of servers on which the suites are run, one after the other; none if the
            suites say it.
        last_failed: Whether only those tests are run that failed in the last run.
        retries: How often a test that fails is run again.
        processes: How many suites are run at once, each in a process of its own; None to run all
            in one process.
        shard: The number of the shard that is run, from 1, and how many there are.
        times: An `output.xml` that says how long each suite takes.
        library: Options of the library, which hold in all suites.
        robot: The arguments of `robot`.
    """

    servers: "tuple[Kind, ...]" = ()
    last_failed: bool = False
    retries: int = 0
    processes: int | None = None
    shard: tuple[int, int] | None = None
    times: Path | None = None
    library: Mapping[str, str] = field(default_factory=dict)
    robot: Sequence[str] = ()


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


def options_for(kind: "Kind | None", library: Mapping[str, str]) -> list[str]:
    """Return options of `robot` for the kind of servers and for options of the library."""
    options = ["--variable", f"SERVER:{kind}"] if kind else []
    if library:
        given = [f"{name}={value}" for name, value in library.items()]
        options += ["--listener", ";".join(["robot_cherrypy.options", *given])]
    return options


def with_options(arguments: Sequence[str], options: Sequence[str]) -> list[str]:
    """Return arguments of `robot` with further options, which win over those that are there.

    Raises:
        RobotCherryPyError: The suites are named in a file of arguments, and no option can follow.
    """
    _, sources = RobotFramework().parse_arguments(arguments)
    # Of several options the last wins; what is to be run comes behind them.
    first = len(arguments) - len(sources)
    if [*arguments[first:]] != [*sources]:
        raise RobotCherryPyError("Name the suites on the command line, not in a file of arguments.")
    return [*arguments[:first], *options, *arguments[first:]]
