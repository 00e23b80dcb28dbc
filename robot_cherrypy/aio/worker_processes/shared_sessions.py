"""Refuses sessions that each worker process would have for itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from cherrypy import Application
from cherrypy.lib.sessions import RamSession

from robot_cherrypy.errors import ServerError
from robot_cherrypy.settings.configuration_parts import configuration_parts


def check_sessions(tree: Any, count: int) -> None:
    """Check that no page has a session in the memory of one process.

    Args:
        tree: What is served.
        count: How many processes serve it.

    Raises:
        ServerError: There is one. The message says where.
    """
    for application in tree.apps.values():
        if isinstance(application, Application):
            for place in _places_of_ram_sessions(application):
                raise ServerError(
                    f"{place} switches on sessions in memory (RamSession), which exist in one"
                    f" process only, and server.workers is {count}: a client would lose its session"
                    " at every other request. Set tools.sessions.storage_class to"
                    " cherrypy.lib.sessions.FileSession or MemcachedSession, or to a class that"
                    " keeps sessions in Redis or in an SQL database."
                )


def _places_of_ram_sessions(application: Application) -> Iterator[str]:
    """Yield the parts of a configuration that switch on sessions without another storage."""
    parts = list(configuration_parts(application))
    # That of the whole application holds in its other parts, too.
    root = application.config.get("/", {})
    inherited = {**parts[0][1], **(root if isinstance(root, Mapping) else {})}
    for place, entries in parts:
        if entries.get("tools.sessions.on") and _is_in_memory({**inherited, **entries}):
            yield place


def _is_in_memory(entries: Mapping[str, Any]) -> bool:
    storage = entries.get("tools.sessions.storage_class")
    if storage is None:
        return str(entries.get("tools.sessions.storage_type", "ram")).lower() == "ram"
    return isinstance(storage, type) and issubclass(storage, RamSession)
