"""The `robot-cherrypy` command."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from robot_cherrypy import __version__
from robot_cherrypy.errors import RobotCherryPyError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sub-command; return the exit code.

    Args:
        arguments: Of the command line; those of this process by default.
    """
    parser = _parser()
    chosen = parser.parse_args(arguments)
    code: int = chosen.run(chosen)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="robot-cherrypy", description="Acceptance testing for CherryPy applications."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_serve(commands)
    _add_doctor(commands)
    return parser


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser(
        "serve",
        help="serve an application until Ctrl-C or SIGTERM",
        description="Serve an application until Ctrl-C or SIGTERM.",
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
    serve.add_argument("--supervised", type=int, help=argparse.SUPPRESS)
    serve.set_defaults(run=_serve)


def _serve(chosen: argparse.Namespace) -> int:
    from robot_cherrypy.harness.configuration import read  # noqa: PLC0415 - doctor needs no CherryPy
    from robot_cherrypy.harness.serving import Supervisor, serve  # noqa: PLC0415
    from robot_cherrypy.hosting.django import locate  # noqa: PLC0415

    supervisor = None if chosen.supervised is None else Supervisor(chosen.supervised)
    try:
        if chosen.django:
            chosen.app, folder = locate(chosen.django)
            chosen.app_dir = [folder, *chosen.app_dir] if folder else chosen.app_dir
        serve(
            chosen.app,
            kind=chosen.server,
            host=chosen.host,
            port=chosen.port,
            path=chosen.mount,
            configuration=supervisor.configuration if supervisor else read(chosen.config),
            search_path=(Path.cwd(), *chosen.app_dir),
            supervisor=supervisor,
        )
    except RobotCherryPyError as error:
        print(f"robot-cherrypy: {error}", file=sys.stderr)  # noqa: T201 - this is the command line
        if supervisor:
            supervisor.report(error=str(error))
        return 1
    return 0


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    doctor = commands.add_parser(
        "doctor",
        help="show what is there and what is missing, and install it",
        description="Show what tests need, what of it is there, and how the rest gets there.",
        epilog="The exit code is 0 if all that is required is there, else 1.",
    )
    doctor.add_argument(
        "--install",
        action="store_true",
        help="install what is missing: a browser and its driver, PostgreSQL and HAProxy",
    )
    doctor.add_argument("--json", action="store_true", help="print JSON in place of a table")
    doctor.set_defaults(run=_doctor)


def _doctor(chosen: argparse.Namespace) -> int:
    from robot_cherrypy.doctor import report  # noqa: PLC0415 - serving needs no doctor

    return report.run(install=chosen.install, as_json=chosen.json)
