"""`robot-cherrypy serve`: an application, in production or for somebody who looks at it."""

import argparse
import contextlib
import math
import os
from pathlib import Path
from typing import Any

from robot_cherrypy import command_help
from robot_cherrypy.command_help import count_or_auto, failed
from robot_cherrypy.errors import RobotCherryPyError

# How long requests in flight may take to finish when a person's server stops, in seconds: together
# with a second or two of `--stop-delay` and of the application's own shutdown less than the ten
# seconds after which `docker stop` kills.
_DRAIN = 7.0

# How long an application may take to start up, in seconds. Nobody waits for it in vain but where it
# hangs; a machine that starts everything at once may take long.
_START_UP = 60.0


def add_serve(commands: "argparse._SubParsersAction[command_help.Parser]") -> None:
    """Add the sub-command."""
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
        type=count_or_auto,
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
        code = failed(error)
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
