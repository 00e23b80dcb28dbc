"""`robot-cherrypy run` and `robot-cherrypy watch`: suites, as `robot` runs them and with more."""

import argparse
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from robot_cherrypy import command_help
from robot_cherrypy.command_help import count_or_auto, failed
from robot_cherrypy.errors import RobotCherryPyError

if TYPE_CHECKING:
    from robot_cherrypy.running.wishes import Wishes

# Robot's exit code for a mistake in its options or suites (Robot Framework User Guide, 3.1.3). A
# smaller one would be a number of failed tests.
_ROBOT_MISTAKE = 252

# Options of `run` that a watch cannot have, and why.
_NOT_WATCHED = {
    "last-failed": "it begins with all tests; from then on the key f runs those that failed.",
    "processes": "it stops a run when a file is saved; what a file touches is seldom much.",
    "shard": "it runs what a file touches.",
    "times": "it runs what a file touches.",
    "debug": "its runs have no terminal to pause in; use run --debug without it.",
}


def add_run(commands: "argparse._SubParsersAction[command_help.Parser]") -> None:
    """Add the sub-command `run`."""
    run = commands.add_parser(
        "run",
        help="run suites: on both servers, again if they fail, or only what failed last",
        usage="%(prog)s [options] [options of robot] SUITE ...",
        description=(
            "Run suites as robot does. What is no option of this command is passed to robot. The"
            " results are written to the folder results, unless --outputdir says otherwise."
        ),
        epilog=command_help.RUN,
        allow_abbrev=False,
    )
    _add_rounds(run)
    run.add_argument(
        "--last-failed", action="store_true", help="run only the tests that failed in the last run"
    )
    _add_division(run)
    run.add_argument(
        "--watch", action="store_true", help="run again what a saved file touches: see watch"
    )
    _add_seeing(run).add_argument(
        "--debug",
        action="store_true",
        help="pause where a test fails, with its browser open: keywords can be typed",
    )
    run.mistake = _ROBOT_MISTAKE
    run.set_defaults(run=_run, passes_on=True, needs=("robot_cherrypy.running", "robot"))


def add_watch(commands: "argparse._SubParsersAction[command_help.Parser]") -> None:
    """Add the sub-command `watch`."""
    watch = commands.add_parser(
        "watch",
        help="run suites, and again what a saved file touches",
        usage="%(prog)s [options] [options of robot] SUITE ...",
        description=(
            "Run suites, and again those that a file touches whenever it is saved: a suite, a"
            " resource, a module of the application, a template. Python and a browser are ready"
            " before that, so the verdict is there at once, and the browser loads the report again."
            " What is no option of this command is passed to robot."
        ),
        epilog=command_help.WATCH,
        allow_abbrev=False,
    )
    _add_rounds(watch)
    _add_seeing(watch)
    for name in _NOT_WATCHED:  # `robot` would take them for something else
        watch.add_argument(f"--{name}", action="store_true", help=argparse.SUPPRESS)
    watch.mistake = _ROBOT_MISTAKE
    needs = ("robot_cherrypy.watch", "robot")
    watch.set_defaults(run=_run, watch=True, passes_on=True, needs=needs)


def _add_rounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--server",
        choices=("threaded", "async", "both"),
        help="the value of the variable SERVER; both: each test on one and on the other",
    )
    parser.add_argument(
        "--retries",
        type=int,
        default=0,
        metavar="N",
        help="run tests that fail again, up to N times; those that then pass are tagged flaky",
    )


def _add_division(parser: argparse.ArgumentParser) -> None:
    division = parser.add_argument_group("to run suites at once")
    division.add_argument(
        "--processes",
        type=count_or_auto,
        metavar="N",
        help="run N suites at once, each in a process of its own; auto: as many as processors",
    )
    division.add_argument(
        "--shard",
        type=_shard,
        metavar="I/N",
        help="run only the I-th of N shards, which take about the same time, on N machines",
    )
    division.add_argument(
        "--times",
        type=Path,
        metavar="FILE",
        help="an output.xml that says how long each suite takes (default: that of the last run;"
        " with --shard, the number of its tests counts)",
    )


def _shard(text: str) -> tuple[int, int]:
    number, _, total = text.partition("/")
    with contextlib.suppress(ValueError):
        if 1 <= int(number) <= int(total):
            return int(number), int(total)
    raise argparse.ArgumentTypeError(f"has to be a shard and their number, such as 2/5: {text!r}")


def _add_seeing(parser: argparse.ArgumentParser) -> "argparse._ArgumentGroup":
    seeing = parser.add_argument_group("to see what happens")
    seeing.add_argument("--headed", action="store_true", help="open browsers with a window")
    seeing.add_argument(
        "--slow", metavar="TIME", help="rest after each keyword that uses a page, such as 300ms"
    )
    seeing.add_argument(
        "--browser", help="open this one where a suite names none: chrome, chromium, edge, firefox"
    )
    parser.add_argument(
        "--grid", metavar="URL", help="open browsers by this Selenium Grid where a suite names none"
    )
    return seeing


def _run(chosen: argparse.Namespace) -> int:
    # Imported here, as `serve` needs no Robot Framework.
    from robot_cherrypy.running.rounds import run  # noqa: PLC0415
    from robot_cherrypy.running.wishes import Wishes  # noqa: PLC0415

    library = {
        "headed": str(chosen.headed or ""),
        "slow": chosen.slow,
        "browser": chosen.browser,
        "grid_url": chosen.grid,
        "debug": str(chosen.debug or ""),
    }
    if chosen.debug and (chosen.processes or chosen.shard):
        problem = "--debug goes with neither --processes nor --shard: they have no terminal."
        return failed(RobotCherryPyError(problem), _ROBOT_MISTAKE)
    servers = {None: (), "both": ("threaded", "async")}.get(chosen.server, (chosen.server,))
    wishes = Wishes(
        servers=servers,
        last_failed=chosen.last_failed,
        retries=chosen.retries,
        processes=os.cpu_count() if chosen.processes == "auto" else chosen.processes,
        shard=chosen.shard,
        times=chosen.times,
        library={name: value for name, value in library.items() if value},
        robot=chosen.robot,
    )
    try:
        return _watch(chosen, wishes) if chosen.watch else run(wishes)
    except RobotCherryPyError as error:
        return failed(error, _ROBOT_MISTAKE)


def _watch(chosen: argparse.Namespace, wishes: "Wishes") -> int:
    from robot_cherrypy.watch.watching import watch  # noqa: PLC0415 - `serve` needs no Robot

    for option, reason in _NOT_WATCHED.items():
        if getattr(chosen, option.replace("-", "_")):
            raise RobotCherryPyError(f"watch does not go with --{option}: {reason}")
    return watch(wishes)
