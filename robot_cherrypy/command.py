"""The `robot-cherrypy` command."""

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from robot_cherrypy import __version__, command_help
from robot_cherrypy.command_help import failed
from robot_cherrypy.command_run import add_run, add_watch
from robot_cherrypy.command_serve import add_serve
from robot_cherrypy.errors import RobotCherryPyError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sub-command; return the exit code.

    Args:
        arguments: Arguments of the command line; those of this process by default.
    """
    parser = _parser()
    chosen, rest = parser.parse_known_args(arguments)
    if rest and not chosen.passes_on:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    chosen.robot = rest
    missing = [module for module in chosen.needs if find_spec(module) is None]
    if missing:
        return failed(
            RobotCherryPyError(
                f"This command needs '{missing[0]}', which is not installed: pip install"
                " robotframework-cherrypy"
            )
        )
    code: int = chosen.run(chosen)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = command_help.Parser(
        prog="robot-cherrypy",
        description="Acceptance testing for CherryPy applications.",
        epilog="robot-cherrypy COMMAND --help shows examples and exit codes.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_init(commands)
    add_run(commands)
    add_watch(commands)
    add_serve(commands)
    _add_doctor(commands)
    _add_completion(commands)
    parser.set_defaults(passes_on=False)
    return parser


def _add_init(commands: "argparse._SubParsersAction[command_help.Parser]") -> None:
    init = commands.add_parser(
        "init",
        help="begin acceptance tests for a project",
        description=(
            "Add acceptance tests to a project: a suite that opens the front page of its"
            " application, options for robot, a job for continuous integration, and the packages"
            " that tests need. A CherryPy, Django, Flask, FastAPI or similar application is found"
            " by reading the source. Nothing that is there is overwritten. An empty folder gets a"
            " small application as well."
        ),
        epilog=command_help.INIT,
    )
    init.add_argument(
        "folder", nargs="?", type=Path, default=Path(), help="the project (default: this folder)"
    )
    init.add_argument("--app", metavar="module:attribute", help="the application, if not found")
    init.add_argument(
        "--path", metavar="PATH", help="the page of the first test (default: /, /docs or /admin/)"
    )
    init.add_argument(
        "--ci",
        choices=("github", "gitlab", "none"),
        help="where the job runs (default: what the project seems to use, or else github)",
    )
    init.add_argument(
        "--example",
        choices=("chat", "django", "echo", "faulty", "notes", "whereami"),
        help="copy a sample application and its suites",
    )
    init.add_argument(
        "--containers",
        action="store_true",
        help="add a Dockerfile, a compose file and a .dockerignore, and no tests",
    )
    init.add_argument(
        "--yes", action="store_true", help="do not ask: of several applications use the first"
    )
    init.add_argument("--no-run", action="store_true", help="do not run the new suite")
    init.set_defaults(run=_init, needs=("robot_cherrypy.init", "robot"))


def _init(chosen: argparse.Namespace) -> int:
    from robot_cherrypy.init.beginning import Wishes, begin  # noqa: PLC0415 - doctor needs no CherryPy

    unasked: Literal["first", "refuse"] = "first" if chosen.yes else "refuse"
    wishes = Wishes(
        application=chosen.app,
        path=chosen.path,
        ci=chosen.ci,
        example=chosen.example,
        choice="ask" if sys.stdin.isatty() and not chosen.yes else unasked,
        containers=chosen.containers,
        is_running=not chosen.no_run,
    )
    try:
        return begin(chosen.folder, wishes)
    except RobotCherryPyError as error:
        return failed(error)


def _add_doctor(commands: "argparse._SubParsersAction[command_help.Parser]") -> None:
    doctor = commands.add_parser(
        "doctor",
        help="show what is there and what is missing, and install it",
        description="Show what tests need, what of it is there, and how the rest gets there.",
        epilog=command_help.DOCTOR,
    )
    doctor.add_argument(
        "--install",
        action="store_true",
        help="install what is missing: a browser, its driver and the programs of a stack",
    )
    doctor.add_argument(
        "--check", action="store_true", help="also open a browser with a page, as tests do"
    )
    doctor.add_argument("--json", action="store_true", help="print JSON in place of a table")
    doctor.set_defaults(run=_doctor, needs=("robot_cherrypy.doctor",))


def _doctor(chosen: argparse.Namespace) -> int:
    from robot_cherrypy.doctor import report  # noqa: PLC0415 - `serve` needs no doctor

    return report.run(install=chosen.install, as_json=chosen.json, check=chosen.check)


def _add_completion(commands: "argparse._SubParsersAction[command_help.Parser]") -> None:
    completion = commands.add_parser(
        "completion",
        help="print a script by which a shell completes this command",
        description="Print a script by which a shell completes this command and its options.",
        epilog=command_help.COMPLETION,
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish", "tcsh", "powershell"))
    completion.set_defaults(run=_completion, needs=("shtab",))


def _completion(chosen: argparse.Namespace) -> int:
    import shtab  # noqa: PLC0415 - only for this

    print(shtab.complete(_parser(), shell=chosen.shell))  # noqa: T201 - the purpose
    return 0
