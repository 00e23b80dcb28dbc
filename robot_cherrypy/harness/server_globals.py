"""CherryPy's global configuration and `cherrypy.server`, for each server of this process.

Each application is made as if its server were the only one. Afterwards `cherrypy.config` holds what
all of them have set, for applications that read it themselves; CherryPy's dispatchers get only what
the application of the request has set.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import cherrypy
from cherrypy._cptree import Tree

from robot_cherrypy.patches.configuration_view import configuration_view
from robot_cherrypy.patches.replacements import active

_ABSENT = object()


class ServerGlobals:
    """What each server has set, by its tree, in the order of their starts."""

    def __init__(self) -> None:
        self._own: dict[Tree, dict[str, Any]] = {}
        self._config: dict[str, Any] = {}
        self._settings: dict[str, Any] = {}

    @contextlib.contextmanager
    def kept_apart(self) -> Iterator[None]:
        """Keep the servers that are made within the context apart; it begins with what is set."""
        self._config, self._settings = dict(cherrypy.config), dict(vars(cherrypy.server))
        self._own.clear()
        with active(configuration_view, self._view):
            yield

    @contextlib.contextmanager
    def making(self, tree: Tree) -> Iterator[None]:
        """Let an application be made without what other servers have set."""
        before = dict(cherrypy.config)
        is_first = tree not in self._own
        replace(cherrypy.config, {**self._config, **self._own.get(tree, {})})
        if is_first:
            replace(vars(cherrypy.server), self._settings)
        try:
            yield
        finally:
            own = changed(self._config, cherrypy.config)
            self._own[tree] = own
            replace(cherrypy.config, {**before, **own})

    def remove(self, tree: Tree) -> None:
        """Remove what a server has set, unless it was changed since then."""
        for key, value in self._own.pop(tree, {}).items():
            if cherrypy.config.get(key, _ABSENT) is value:
                sources = [self._config, *self._own.values()]
                _put(cherrypy.config, key, *sources)

    def _view(self) -> dict[str, Any]:
        """Return the configuration for the request that runs, as a new dictionary."""
        view = dict(cherrypy.config)
        if len(self._own) > 1:
            tree = self._tree_of(cherrypy.serving.request.app)
            if tree is not None:
                for other, entries in self._own.items():
                    if other is not tree:
                        self._leave_out(view, entries, self._own[tree])
        return view

    def _leave_out(
        self, view: dict[str, Any], entries: dict[str, Any], own: dict[str, Any]
    ) -> None:
        for key, value in entries.items():
            if view.get(key, _ABSENT) is value:
                _put(view, key, self._config, own)

    def _tree_of(self, application: Any) -> Tree | None:
        if application is None:
            return None
        return next((tree for tree in self._own if application in tree.apps.values()), None)


def changed(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Return the entries of a dictionary that were added or changed."""
    return {key: value for key, value in now.items() if before.get(key, _ABSENT) is not value}


def replace(dictionary: dict[str, Any], entries: dict[str, Any]) -> None:
    """Let a dictionary hold other entries."""
    dict.clear(dictionary)
    # Not its own `update`: that of `cherrypy.config` calls namespace handlers.
    dict.update(dictionary, entries)


def _put(dictionary: dict[str, Any], key: str, *sources: dict[str, Any]) -> None:
    """Set a key to its value in the last source that has it; remove it if none has."""
    found = next((source[key] for source in reversed(sources) if key in source), _ABSENT)
    if found is _ABSENT:
        dict.pop(dictionary, key, None)
    else:
        dict.__setitem__(dictionary, key, found)
