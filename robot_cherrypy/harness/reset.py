"""Resets CherryPy's global state to what it was when a server had started."""

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
from robot_cherrypy.harness.process_state import (
    clear_memory,
    session_classes,
    sessions_in_memory,
)
from robot_cherrypy.harness.server_globals import replace

# Values of attributes that are compared as they are; of collections, the sizes are compared.
_SCALARS = (type(None), bool, int, float, str, bytes, tuple, frozenset)

# Parts of the names of the servers' own threads, some of which cheroot starts when it needs them.
_SERVER_THREADS = ("CP Server Thread", "_serve_unservicable", "robot_cherrypy")


@dataclass
class Reset:
    """What a reset did, in words.

    Args:
        put_back: What had changed and was put back.
        not_put_back: What has changed and cannot be put back.
    """

    put_back: list[str] = field(default_factory=list)
    not_put_back: list[str] = field(default_factory=list)


class Snapshot:
    """CherryPy's global state at one moment, and what the roots of a tree's applications held."""

    def __init__(self, tree: Tree) -> None:
        """Copy the state as it is now."""
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
        self._session_files = {folder: _session_files(folder) for folder in self._session_folders()}

    def restore(self) -> Reset:
        """Put back what can be put back; return what had changed."""
        reset = Reset()
        self._delete_sessions(reset)
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
        self._compare_roots(reset)
        self._compare_threads(reset)
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
        added = {new for new in now - self._subscriptions if not _is_session_cleanup(new)}
        missing = self._subscriptions - now
        changed = sorted({*added, *missing}, key=lambda listener: (listener.channel, listener.name))
        reset.put_back += [f"{listener.channel} listener {listener.name}" for listener in changed]
        bus.unsubscribe(added)
        bus.subscribe(missing)

    def _delete_sessions(self, reset: Reset) -> None:
        for session_class in session_classes():
            count = sessions_in_memory(session_class)
            if count:
                reset.put_back.append(f"{count} sessions of {session_class.__name__}")
                clear_memory(session_class)
        for folder in sorted(self._session_folders()):
            self._delete_session_files(folder, reset)
        for backend in self._session_settings("storage_class"):
            if not (hasattr(backend, "cache") or hasattr(backend, "SESSION_PREFIX")):
                reset.not_put_back.append(f"sessions of {backend.__name__}, which cannot be listed")

    def _delete_session_files(self, folder: str, reset: Reset) -> None:
        """Delete the sessions that were made since the snapshot; report those that were changed."""
        now = _session_files(folder)
        before = self._session_files.get(folder)
        if before is None:
            if now:
                reset.not_put_back.append(f"{len(now)} sessions in {folder}, which may be older")
            return
        added = now.keys() - before.keys()
        for path in added:
            path.unlink(missing_ok=True)
            path.with_name(path.name + sessions.FileSession.LOCK_SUFFIX).unlink(missing_ok=True)
        if added:
            reset.put_back.append(f"{len(added)} sessions in {folder}")
        changed = [path for path in before if path in now and now[path] != before[path]]
        if changed:
            reset.not_put_back.append(f"{len(changed)} older sessions in {folder}")

    def _session_folders(self) -> set[str]:
        """Return the folders of the file backend, as far as configurations name them."""
        folders = {str(path) for path in self._session_settings("storage_path")}
        folders.add(getattr(sessions.FileSession, "storage_path", ""))
        return {os.path.realpath(folder) for folder in folders if folder}

    def _session_settings(self, name: str) -> list[Any]:
        """Return the values that a setting of sessions has in all configurations."""
        sections = [cherrypy.config]
        for _name, app in self._applications():
            sections += app.config.values()
        key = f"tools.sessions.{name}"
        return list(dict.fromkeys(section[key] for section in sections if key in section))

    def _compare_roots(self, reset: Reset) -> None:
        for name, app in self._applications():
            before, now = self._roots[name], _state(app.root)
            for attribute in sorted({*before, *now}):
                if before.get(attribute) != now.get(attribute):
                    change = (
                        f"{before.get(attribute, 'nothing')} to {now.get(attribute, 'nothing')}"
                    )
                    owner = type(app.root).__name__
                    reset.not_put_back.append(f"{owner}.{attribute} of {name or '/'}: {change}")

    def _compare_threads(self, reset: Reset) -> None:
        for thread in threading.enumerate():
            is_server = any(part in thread.name for part in _SERVER_THREADS)
            is_cleanup = isinstance(thread, cherrypy.process.plugins.BackgroundTask)
            if thread.ident not in self._threads and not (is_server or is_cleanup):
                reset.not_put_back.append(f"thread {thread.name}")


def _restore_dictionary(
    title: str, now: dict[str, Any], wanted: dict[str, Any], reset: Reset
) -> None:
    for key in sorted({*now, *wanted}):
        if key not in wanted or key not in now or now[key] is not wanted[key]:
            if now.get(key) == wanted.get(key) and key in now and key in wanted:
                continue
            reset.put_back.append(f"{title}: {key}")
    replace(now, wanted)


def _is_session_cleanup(subscription: bus.Subscription) -> bool:
    """Whether a listener belongs to the clean-up thread of sessions.

    CherryPy starts that thread once, with the first session. Without the listener, nothing would
    end the thread when the server stops.
    """
    return isinstance(subscription.owner, cherrypy.process.plugins.Monitor)


def _session_files(folder: str) -> dict[Path, int]:
    """Return the files of sessions in a folder, and when each was written."""
    backend, written = sessions.FileSession, {}
    for path in Path(folder).glob(f"{backend.SESSION_PREFIX}*"):
        if not path.name.endswith(backend.LOCK_SUFFIX):
            with contextlib.suppress(FileNotFoundError):
                written[path] = path.stat().st_mtime_ns
    return written


def _state(root: Any) -> dict[str, str]:
    """Describe the attributes of an application's root: simple values, and sizes of collections."""
    described = {}
    for name, value in getattr(root, "__dict__", {}).items():
        if isinstance(value, _SCALARS):
            described[name] = repr(value)
        elif isinstance(value, list | dict | set):
            described[name] = f"{type(value).__name__} of {len(value)}"
    return described
