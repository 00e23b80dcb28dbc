"""The settings of servers, for the report."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cherrypy import Application

from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.remote_server import RemoteServer
from robot_cherrypy.harness.server import Server


@dataclass(frozen=True)
class ServerSettings:
    """The settings of one server.

    Attributes:
        alias: Its name for the test.
        application: The application that it was started with.
        values: Names and values; those of a configuration have its section before them.
    """

    alias: str
    application: str
    values: dict[str, Any]


def settings_of(server: Server) -> ServerSettings:
    """Return the settings of a server, with secrets."""
    launch = server.launch
    values: dict[str, Any]
    if isinstance(server, RemoteServer):
        values = {"address": server.url, "server": "elsewhere"}
        return ServerSettings(server.alias, launch.application, values)
    values = {
        "address": server.url,
        "server": f"{launch.kind}, isolation={launch.isolation}",
        "application": f"{launch.application} at {launch.mount}",
        **_entries(launch.configuration),
    }
    if isinstance(server, InProcessServer):
        for path, application in server.tree.apps.items():
            if isinstance(application, Application):
                values |= _entries(application.config, path)
    return ServerSettings(server.alias, launch.application, values)


def differing(settings: ServerSettings, others: Iterable[ServerSettings]) -> set[str]:
    """Return the names of the settings that other servers of the same application have not so."""
    same = [other for other in others if other.application == settings.application]
    names = {name for each in [settings, *same] for name in each.values}
    return {
        name
        for name in names
        if any(other.values.get(name) != settings.values.get(name) for other in same)
    }


def _entries(configuration: dict[str, dict[str, Any]], path: str = "") -> dict[str, Any]:
    """Return the entries of a configuration's sections; those of paths with the whole path."""
    return {
        f"{path if section.startswith('/') else ''}{section} {name}": value
        for section, entries in configuration.items()
        for name, value in entries.items()
    }
