"""Putting CherryPy's global state back to what it was when a server had started."""

import contextlib
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cherrypy
from cherrypy._cptree import Tree
from cherrypy.lib import sessions

from robot_cherrypy.harness import bus

_SCALARS = (type(None), bool, int, float, str, bytes, tuple, frozenset)

# Threads of the servers themselves; cheroot starts some when they are needed.
_SERVING = ("CP Server Thread", "_serve_unservicable", "robot_cherrypy")


@dataclass
class Reset:
    """What was put back, and what is changed and was not."""

    put_back: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


class Snapshot:
    """CherryPy's state for one server, and what its applications' roots held."""

    def __init__(self, tree: Tree) -> None:
        """Take it."""
        self._tree = tree
        self._apps = dict(tree.apps)
        self._config = dict(cherrypy.config)
        self._app_config = {
            name: {section: dict(entries) for section, entries in app.config.items()}
            for name, app in self._applications()
        }
        self._tools = dict(vars(cherrypy.tools))
        self._subscriptions = bus.subscriptions()
        self._roots = {name: _state(app.root) for name, app in self._applications()}
        self._threads = {thread.ident for thread in threading.enumerate()}
        self._session_files = {folder: _sessions_in(folder) for folder in self._session_folders()}

    def restore(self) -> Reset:
        """Put back what can be; tell of the rest."""
        reset = Reset()
        self._forget_sessions(reset)
        self._restore_tree(reset)
        _restore_dictionary("cherrypy.config", cherrypy.config, self._config, reset)
        for name, app in self._applications():
            for section in {*app.config, *self._app_config[name]}:
                title = f"configuration of {name or '/'}, section {section}"
                wanted = self._app_config[name].get(section, {})
                _restore_dictionary(title, app.config.setdefault(section, {}), wanted, reset)
                if section not in self._app_config[name]:
                    del app.config[section]
        _restore_dictionary("cherrypy.tools", vars(cherrypy.tools), self._tools, reset)
        self._restore_listeners(reset)
        self._tell_roots(reset)
        self._tell_threads(reset)
        return reset

    def _applications(self) -> list[tuple[str, Any]]:
        return [
            (name, app) for name, app in self._apps.items() if isinstance(app, cherrypy.Application)
        ]

    def _restore_tree(self, reset: Reset) -> None:
        for path in sorted({*self._tree.apps, *self._apps}):
            if self._tree.apps.get(path) is not self._apps.get(path):
                reset.put_back.append(f"application at {path or '/'}")
        self._tree.apps.clear()
        self._tree.apps.update(self._apps)

    def _restore_listeners(self, reset: Reset) -> None:
        now = bus.subscriptions()
        added = {one for one in now - self._subscriptions if not _is_cleanup(one)}
        missing = self._subscriptions - now
        for one in sorted({*added, *missing}, key=lambda one: (one.channel, one.name)):
            reset.put_back.append(f"{one.channel} listener {one.name}")
        bus.unsubscribe(added)
        bus.subscribe(missing)

    def _forget_sessions(self, reset: Reset) -> None:
        for kept in _session_classes(sessions.Session):
            cache = vars(kept).get("cache")
            if isinstance(cache, dict) and cache:
                reset.put_back.append(f"{len(cache)} sessions of {kept.__name__}")
                cache.clear()
                vars(kept).get("locks", {}).clear()
        for folder in sorted(self._session_folders()):
            self._delete_session_files(folder, reset)
        for backend in self._session_settings("storage_class"):
            if not (hasattr(backend, "cache") or hasattr(backend, "SESSION_PREFIX")):
                reset.left.append(f"sessions of {backend.__name__}, which cannot be listed")

    def _delete_session_files(self, folder: str, reset: Reset) -> None:
        """Delete the sessions that were made since; tell of those that were changed."""
        now = _sessions_in(folder)
        before = self._session_files.get(folder)
        if before is None:
            if now:
                reset.left.append(f"{len(now)} sessions in {folder}, which may be older")
            return
        added = now.keys() - before.keys()
        for path in added:
            path.unlink(missing_ok=True)
            path.with_name(path.name + sessions.FileSession.LOCK_SUFFIX).unlink(missing_ok=True)
        if added:
            reset.put_back.append(f"{len(added)} sessions in {folder}")
        changed = [path for path in before if path in now and now[path] != before[path]]
        if changed:
            reset.left.append(f"{len(changed)} older sessions in {folder}")

    def _session_folders(self) -> set[str]:
        """Return where the file backend keeps its sessions, as far as is known."""
        folders = {str(path) for path in self._session_settings("storage_path")}
        folders.add(getattr(sessions.FileSession, "storage_path", ""))
        return {os.path.realpath(folder) for folder in folders if folder}

    def _session_settings(self, name: str) -> list[Any]:
        """Return the values of a session setting, from all configurations."""
        sections = [cherrypy.config]
        for _name, app in self._applications():
            sections += app.config.values()
        key = f"tools.sessions.{name}"
        return list(dict.fromkeys(section[key] for section in sections if key in section))

    def _tell_roots(self, reset: Reset) -> None:
        for name, app in self._applications():
            before, now = self._roots[name], _state(app.root)
            for attribute in sorted({*before, *now}):
                if before.get(attribute) != now.get(attribute):
                    change = (
                        f"{before.get(attribute, 'nothing')} to {now.get(attribute, 'nothing')}"
                    )
                    owner = type(app.root).__name__
                    reset.left.append(f"{owner}.{attribute} of {name or '/'}: {change}")

    def _tell_threads(self, reset: Reset) -> None:
        for thread in threading.enumerate():
            serves = any(part in thread.name for part in _SERVING)
            is_cleanup = isinstance(thread, cherrypy.process.plugins.BackgroundTask)
            if thread.ident not in self._threads and not (serves or is_cleanup):
                reset.left.append(f"thread {thread.name}")


def _restore_dictionary(
    title: str, now: dict[str, Any], wanted: dict[str, Any], reset: Reset
) -> None:
    for key in sorted({*now, *wanted}):
        if key not in wanted or key not in now or now[key] is not wanted[key]:
            if now.get(key) == wanted.get(key) and key in now and key in wanted:
                continue
            reset.put_back.append(f"{title}: {key}")
    dict.clear(now)
    dict.update(now, wanted)  # past cherrypy.config's namespace handlers


def _is_cleanup(one: bus.Subscription) -> bool:
    """Whether it ends the thread that cleans up sessions, which CherryPy starts once."""
    owner = getattr(one.listener, "__self__", None)
    return isinstance(owner, cherrypy.process.plugins.Monitor)


def _sessions_in(folder: str) -> dict[Path, int]:
    """Return the files of sessions, and when each was written."""
    backend, found = sessions.FileSession, {}
    for path in Path(folder).glob(f"{backend.SESSION_PREFIX}*"):
        if not path.name.endswith(backend.LOCK_SUFFIX):
            with contextlib.suppress(FileNotFoundError):
                found[path] = path.stat().st_mtime_ns
    return found


def _session_classes(base: type) -> list[type]:
    subclasses: list[type] = base.__subclasses__()
    children = [one for child in subclasses for one in _session_classes(child)]
    return list(dict.fromkeys([base, *children]))


def _state(root: Any) -> dict[str, str]:
    """Describe what an application keeps in attributes: simple values, and sizes of collections."""
    found = {}
    for name, value in getattr(root, "__dict__", {}).items():
        if isinstance(value, _SCALARS):
            found[name] = repr(value)
        elif isinstance(value, list | dict | set):
            found[name] = f"{type(value).__name__} of {len(value)}"
    return found
