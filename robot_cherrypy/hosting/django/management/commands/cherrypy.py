"""`python manage.py cherrypy`: serves the project on CherryPy's engine."""

from argparse import ArgumentParser
from typing import Any

import cherrypy
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from robot_cherrypy.errors import MissingExtraError
from robot_cherrypy.hosting.django import mount


class Command(BaseCommand):  # type: ignore[misc]
    """Serves the project until Ctrl-C or SIGTERM."""

    help = "Serves this project on CherryPy, threaded or on asyncio, until Ctrl-C or SIGTERM."
    requires_system_checks = ()  # `handle` runs them, as `runserver` does

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the command's own arguments."""
        parser.add_argument(
            "address", nargs="?", default="127.0.0.1:8000", help="PORT or HOST:PORT"
        )
        parser.add_argument("--server", choices=("threaded", "async"), default="threaded")
        parser.add_argument(
            "--noreload",
            action="store_true",
            help="do not start again when a file changes (never done without DEBUG)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run Django's checks, then serve the project."""
        self.check(display_num_errors=True)
        self.check_migrations()
        connections.close_all()
        host, port = _address(options["address"])
        cherrypy.config.update(
            {
                "server.socket_host": host,
                "server.socket_port": port,
                # The engine runs the same command line again when a module has changed.
                "engine.autoreload.on": settings.DEBUG and not options["noreload"],
            }
        )
        mount()
        if options["server"] == "async":
            _install_asyncio()
        cherrypy.engine.signals.subscribe()
        cherrypy.engine.start()
        cherrypy.engine.block()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isdigit():
        raise CommandError(f"'{text}' is neither a port nor host:port.")
    return host.strip("[]") or "127.0.0.1", int(port)


def _install_asyncio() -> None:
    try:
        from robot_cherrypy import aio  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise CommandError(str(MissingExtraError("The asyncio server", "async"))) from error
    aio.install()
