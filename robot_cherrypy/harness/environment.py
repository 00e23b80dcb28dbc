"""Environment variables of servers that run in the process of the test."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from robot_cherrypy.errors import ServerError

Variables = Mapping[str, str | None]


@dataclass
class _Changed:
    """A variable that servers have changed."""

    value: str | None
    before: str | None
    aliases: list[str]


class ProcessEnvironment:
    """Sets variables while servers run; several servers may share a value, and not have two."""

    def __init__(self) -> None:
        self._changed: dict[str, _Changed] = {}

    def set(self, alias: str, variables: Variables) -> None:
        """Set variables for a server; None removes one.

        Raises:
            ServerError: Another server runs with another value of one of them.
        """
        for name, value in variables.items():
            changed = self._changed.get(name)
            if changed is not None and changed.value != value:
                raise ServerError(
                    f"Server '{alias}' cannot have an environment variable '{name}' of its own, as"
                    f" server '{changed.aliases[0]}' runs in the same process with another value:"
                    " use isolation=process."
                )
        for name, value in variables.items():
            unchanged = _Changed(value, os.environ.get(name), [])
            self._changed.setdefault(name, unchanged).aliases.append(alias)
            _set(name, value)

    def restore(self, alias: str) -> None:
        """Put back what no other server needs."""
        for name, changed in list(self._changed.items()):
            if alias in changed.aliases:
                changed.aliases.remove(alias)
            if not changed.aliases:
                del self._changed[name]
                _set(name, changed.before)


def merged(variables: Variables) -> dict[str, str]:
    """Return the variables of this process, changed for a child process."""
    environment: dict[str, str | None] = {**os.environ, **variables}
    return {name: value for name, value in environment.items() if value is not None}


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
