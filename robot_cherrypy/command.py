"""The `robot-cherrypy` command."""

import argparse
import contextlib
import math
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from robot_cherrypy import __version__, command_help
from robot_cherrypy.errors import RobotCherryPyError

# How long requests in flight may take to finish when a person's server stops, in seconds: together
# with a second or two of `--stop-delay` and of the application's own shutdown less than the ten
# seconds after which `docker stop` kills.
_DRAIN = 7.0

# How long an application may take to start up, in seconds. Nobody waits for it in vain but where it
# hangs; a machine that starts everything at once may take long.
_START_UP = 60.0

# Robot's exit code for a mistake in its options or suites (Robot Framework User Guide, 3.1.3). A
# smaller one would be a number of failed tests.
_ROBOT_MISTAKE = 252


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sub-command; return the exit code.

    Args:
        arguments: Arguments of the command line; those of this process by default.
    """
    parser = _parser()
    chosen, rest = parser.parse_known_args(arguments)
    if rest and chosen.run not in {_run, _watch}:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    chosen.robot = rest
    missing = [module for module in chosen.needs if find_spec(module) is None]
    if missing:
        return _failed(
            RobotCherryPyError(
                f"This command needs '{missing[0]}', which is not installed: pip install"
                " robotframework-cherrypy"
            )
        )
    code: int = chosen.run(chosen)
    return code


def _failed(error: RobotCherryPyError, code: int = 1) -> int:
    """Print an error; return the exit code."""
    print(f"robot-cherrypy: {error}", file=sys.stderr)  # noqa: T201 - this is the command line
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
    _add_run(commands)
    _add_watch(commands)
    _add_serve(commands)
    _add_doctor(commands)
    _add_completion(commands)
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
        return _failed(error)


def _add_run(commands: "argparse._SubParsersAction[command_help.Parser]") -> None:
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
    run.mistake = _ROBOT_MISTAKE
    run.add_argument(
        "--server",
        choices=("threaded", "async", "both"),
        help="the value of the variable SERVER; both: two runs in one report",
    )
    run.add_argument(
        "--last-failed", action="store_true", help="run only the tests that failed in the last run"
    )
    run.add_argument(
        "--retries",
        type=int,
        default=0,
        metavar="N",
        help="run tests that fail again, up to N times; those that then pass are tagged flaky",
    )
    run.add_argument(
        "--watch", action="store_true", help="run again what a saved file touches: see watch"
    )
    _add_seeing(run)
    run.set_defaults(run=_run, needs=("robot_cherrypy.running", "robot"))


def _add_seeing(run: argparse.ArgumentParser) -> None:
    seeing = run.add_argument_group("to see what happens")
    seeing.add_argument("--headed", action="store_true", help="open browsers with a window")
    seeing.add_argument(
        "--slow", metavar="TIME", help="rest after each keyword that uses a page, such as 300ms"
    )
    seeing.add_argument(
        "--browser", help="open this one where a suite names none: chrome, chromium, edge, firefox"
    )
    seeing.add_argument(
        "--debug",
        action="store_true",
        help="pause where a test fails, with its browser open: keywords can be typed",
    )


def _run(chosen: argparse.Namespace) -> int:
    from robot_cherrypy.running.rounds import Wishes, run  # noqa: PLC0415 - `serve` needs no Robot

    library = {
        "headed": str(chosen.headed or ""),
        "slow": chosen.slow,
        "browser": chosen.browser,
        "debug": str(chosen.debug or ""),
    }
    given = {name: value for name, value in library.items() if value}
    try:
        if chosen.watch:
            return _run_and_watch(chosen, given)
        servers = {None: (), "both": ("threaded", "async")}.get(chosen.server, (chosen.server,))
        wishes = Wishes(
            servers=servers,
            last_failed=chosen.last_failed,
            retries=chosen.retries,
            library=given,
            robot=chosen.robot,
        )
        return run(wishes)
    except RobotCherryPyError as error:
        return _failed(error, _ROBOT_MISTAKE)


def _run_and_watch(chosen: argparse.Namespace, library: dict[str, str]) -> int:
    from robot_cherrypy.running.rounds import options_for  # noqa: PLC0415 - `serve` needs no Robot

    if chosen.last_failed or chosen.retries or chosen.debug or chosen.server == "both":
        raise RobotCherryPyError(
            "--watch goes with none of --last-failed, --retries, --debug and --server both."
        )
    chosen.robot = [*options_for(chosen.server, library), *chosen.robot]
    return _watch(chosen)


def _add_watch(commands: "argparse._SubParsersAction[command_help.Parser]") -> None:
    watch = commands.add_parser(
        "watch",
        help="run suites, and again what a saved file touches",
        usage="%(prog)s [options of robot] SUITE ...",
        description=(
            "Run suites, and again those that a file touches whenever it is saved: a suite, a"
            " resource, a module of the application, a template. Python and a browser are ready"
            " before that, so the verdict is there at once, and the browser loads the report again."
            " What is no option of this command is passed to robot."
        ),
        epilog=command_help.WATCH,
        allow_abbrev=False,
    )
    watch.mistake = _ROBOT_MISTAKE
    watch.set_defaults(run=_watch, needs=("robot_cherrypy.watch", "robot"))


def _watch(chosen: argparse.Namespace) -> int:
    from robot_cherrypy.watch.watching import watch  # noqa: PLC0415 - `serve` needs no Robot

    try:
        return watch(chosen.robot)
    except RobotCherryPyError as error:
        return _failed(error, _ROBOT_MISTAKE)


def _add_serve(commands: "argparse._SubParsersAction[command_help.Parser]") -> None:
    serve = commands.add_parser(
        "serve",
        help="serve an application until Ctrl-C or SIGTERM",
        description="Serve an application until Ctrl-C or SIGTERM.",
        epilog=command_help.SERVE,
    )
    served = serve.add_mutually_exclusive_group(required=True)
    served.add_argument(
        "app", nargs="?", metavar="module:attribute", help="the application, as for Start Server"
    )
    served.add_argument(
        "--django",
        metavar="PROJECT",
        help="a Django project: its settings module, or the folder of its manage.py",
    )
    serve.add_argument(
        "--server", choices=("threaded", "async"), default="threaded", help="default: threaded"
    )
    serve.add_argument(
        "--host", help="address to bind (default: the configuration's, or 127.0.0.1)"
    )
    serve.add_argument(
        "--port",
        type=int,
        help="port to bind, 0 for a free one (default: the configuration's, or 8080)",
    )
    serve.add_argument(
        "--mount", default="/", metavar="PATH", help="path of the application (default: /)"
    )
    serve.add_argument("--config", metavar="FILE", help="a CherryPy configuration file")
    serve.add_argument(
        "--app-dir",
        action="append",
        type=Path,
        default=[],
        metavar="FOLDER",
        help="where to look for the module, besides the current folder; may be repeated",
    )
    serve.add_argument(
        "--timeout",
        type=float,
        default=_START_UP,
        metavar="SECONDS",
        help=f"how long the application may take to start up (default: {_START_UP:g})",
    )
    _add_production(serve)
    # Only for a parent process (see `harness.child_main`).
    serve.add_argument("--report-to", type=int, help=argparse.SUPPRESS)
    serve.set_defaults(run=_serve, needs=())


def _add_production(serve: argparse.ArgumentParser) -> None:
    options = serve.add_argument_group("options for production")
    options.add_argument(
        "--environment",
        metavar="NAME",
        help="one of CherryPy's environments: production switches autoreload and tracebacks off",
    )
    options.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help=(
            "how many processes serve on the one port, to use all processors; auto: one for each."
            " Needs --server async (default: the configuration's, or 1)"
        ),
    )
    options.add_argument(
        "--drain",
        type=_seconds,
        default=_DRAIN,
        metavar="SECONDS",
        help=f"how long requests in flight may take to finish at a stop (default: {_DRAIN:g})",
    )
    options.add_argument(
        "--health",
        type=_path,
        metavar="PATH",
        help="add a page at that path, which responds 200, and 503 before the server stops",
    )
    options.add_argument(
        "--stop-delay",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help=(
            "how long the server goes on after --health has begun to respond 503, so that a load"
            " balancer sends no more requests before the server stops (default: 0)"
        ),
    )


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"has to be a number of seconds, 0 or more: {text!r}")


def _workers(text: str) -> int | str:
    if text == "auto":
        return text
    with contextlib.suppress(ValueError):
        if int(text) >= 1:
            return int(text)
    raise argparse.ArgumentTypeError(f"has to be a whole number, 1 or more, or auto: {text!r}")


def _path(text: str) -> str:
    if not text.startswith("/") or not text.strip("/"):
        raise argparse.ArgumentTypeError(f"has to begin with / and be no bare /: {text!r}")
    return text.rstrip("/")


def _serve(chosen: argparse.Namespace) -> int:
    from robot_cherrypy.harness.stop_signals import ending_process  # noqa: PLC0415 - doctor needs none

    with ending_process():
        return _serve_until_stopped(chosen)


def _serve_until_stopped(chosen: argparse.Namespace) -> int:
    from robot_cherrypy.harness.child_main import Parent, serve  # noqa: PLC0415 - doctor needs no CherryPy
    from robot_cherrypy.harness.several_processes import serve_in_several  # noqa: PLC0415 - likewise
    from robot_cherrypy.hosting.django.project import locate  # noqa: PLC0415 - likewise

    parent = None if chosen.report_to is None else Parent(chosen.report_to)
    try:
        if chosen.django:
            chosen.app, folder = locate(chosen.django)
            chosen.app_dir = [folder, *chosen.app_dir] if folder else chosen.app_dir
            os.environ["DJANGO_SETTINGS_MODULE"] = chosen.app
        configuration = parent.configuration if parent else _configuration(chosen)
        if parent is None:
            code = serve_in_several(
                chosen.workers, chosen.server, chosen.host, chosen.port, configuration
            )
            if code is not None:
                return code
        serve(
            chosen.app,
            kind=chosen.server,
            host=chosen.host,
            port=chosen.port,
            path=chosen.mount,
            configuration=configuration,
            search_path=(Path.cwd(), *chosen.app_dir),
            timeout=chosen.timeout,
            drain=chosen.drain,
            health=chosen.health,
            stop_delay=chosen.stop_delay,
            parent=parent,
        )
    except RobotCherryPyError as error:
        code = _failed(error)
        if parent:
            parent.report(error=str(error))
        return code
    return 0


def _configuration(chosen: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Return the configuration of the file, with the environment of the command line."""
    from robot_cherrypy.harness.configuration import read  # noqa: PLC0415 - doctor needs no CherryPy

    sections = read(chosen.config)
    if chosen.environment:
        settings = sections.setdefault("global", {})
        settings["environment"] = chosen.environment
        # Whoever runs the command, such as a container engine, reads the log from its output.
        settings.setdefault("log.screen", True)
    return sections


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
