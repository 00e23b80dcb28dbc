"""Finding and importing the application that `module:attribute` names."""

import importlib
import pkgutil
import sys
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import cherrypy

from robot_cherrypy.errors import ApplicationError, suggest_alike
from robot_cherrypy.harness import bus
from robot_cherrypy.harness.messages import raised
from robot_cherrypy.harness.server_globals import changed
from robot_cherrypy.hosting.django.project import import_module
from robot_cherrypy.traffic.thread_owners import APPLICATION_PACKAGES


@dataclass
class _ImportEffects:
    """What importing a module changed in CherryPy's globals; a later start has to repeat it."""

    subscriptions: bus.Subscriptions = frozenset()
    configuration: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    mounts: dict[str, Any] = field(default_factory=dict)


# By name of the module. Python imports a module once in a process, so this is kept as long;
# `_forget_namesake` removes an entry together with its module.
_IMPORT_EFFECTS: dict[str, _ImportEffects] = {}

# Folders that were put on Python's module search path, in its order. They stay there, because
# modules may import others of their folder at any time.
_ADDED_FOLDERS: list[str] = []

# What was loaded: each reference with its search path, and whether a child process did it. A run
# that is watched reads it, and knows so which files a suite depends on.
USED_APPLICATIONS: set[tuple[str, tuple[Path, ...], bool]] = set()


def load(reference: str, search_path: tuple[Path, ...] = ()) -> Any:
    """Return what `module:attribute` names, or the module where no attribute is given.

    Args:
        reference: Such as `shop.web:Root`. The attribute may be dotted.
        search_path: Folders to look for the module in, besides Python's own.

    Raises:
        ApplicationError: It does not exist, or its import raised.
    """
    USED_APPLICATIONS.add((reference, search_path, False))
    module_name, _, attribute = reference.partition(":")
    if not module_name.strip() or (":" in reference and not attribute.strip()):
        raise ApplicationError(
            f"'{reference}' names no application: write 'module:attribute', such as"
            " 'shop.web:Root'."
        )
    if "/" in module_name or module_name.endswith(".py"):
        module = module_name.removesuffix(".py").strip("./").replace("/", ".")
        raise ApplicationError(
            f"Module '{module_name}' does not exist. A module is named as Python imports it: write"
            f" '{module}' or '{module}:attribute'."
        )
    APPLICATION_PACKAGES.add(module_name.partition(".")[0])
    value: Any = _import(module_name, search_path)
    for name in filter(None, attribute.split(".")):
        try:
            value = getattr(value, name)
        except AttributeError as error:
            hint = suggest_alike(name, dir(value))
            raise ApplicationError(
                f"Module '{module_name}' has no attribute '{attribute}'.{hint}"
            ) from error
    return value


def mounts_of(module: ModuleType) -> dict[str, Any]:
    """Return what a module mounted on `cherrypy.tree` when it was imported, by script name."""
    effects = _IMPORT_EFFECTS.get(module.__name__)
    return effects.mounts if effects else {}


def _import(name: str, search_path: tuple[Path, ...]) -> ModuleType:
    _look_in(search_path)
    _forget_namesake(name)
    if name in sys.modules and name in _IMPORT_EFFECTS:
        _repeat(_IMPORT_EFFECTS[name])
        return sys.modules[name]
    subscribed = bus.subscriptions()
    configured, mounted = dict(cherrypy.config), dict(cherrypy.tree.apps)
    settings = dict(vars(cherrypy.server))
    try:
        module = _import_first(name)
    except ApplicationError:
        bus.unsubscribe(bus.subscriptions() - subscribed)
        raise
    _IMPORT_EFFECTS[name] = _ImportEffects(
        bus.subscriptions() - subscribed,
        changed(configured, cherrypy.config),
        changed(settings, vars(cherrypy.server)),
        changed(mounted, cherrypy.tree.apps),
    )
    return module


def _look_in(search_path: tuple[Path, ...]) -> None:
    """Put folders after Python's own on the module search path, before those of earlier calls."""
    for folder in map(str, reversed(search_path)):
        if folder in _ADDED_FOLDERS:
            _ADDED_FOLDERS.remove(folder)
        elif folder in sys.path:
            continue
        _ADDED_FOLDERS.insert(0, folder)
    sys.path[:] = [path for path in sys.path if path not in _ADDED_FOLDERS] + _ADDED_FOLDERS
    importlib.invalidate_caches()


def _forget_namesake(name: str) -> None:
    """Remove a module of another suite's folder if this suite's folder has one of that name."""
    top = name.partition(".")[0]
    loaded = getattr(sys.modules.get(top), "__spec__", None)
    if loaded is None or loaded.origin is None:
        return
    folder = Path(loaded.origin).parents[1 if loaded.submodule_search_locations else 0]
    wanted = PathFinder.find_spec(top)
    if str(folder) in _ADDED_FOLDERS and wanted is not None and wanted.origin != loaded.origin:
        for module in list(sys.modules):
            if module == top or module.startswith(f"{top}."):
                del sys.modules[module]
                _IMPORT_EFFECTS.pop(module, None)


def _repeat(effects: _ImportEffects) -> None:
    bus.subscribe(effects.subscriptions)
    cherrypy.config.update(dict(effects.configuration))
    vars(cherrypy.server).update(effects.settings)
    cherrypy.tree.apps.update(effects.mounts)


def _import_first(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise ApplicationError(_missing(name, error.name)) from error
        raise ApplicationError(raised("Importing", name, error)) from error
    except (Exception, SystemExit) as error:
        raise ApplicationError(raised("Importing", name, error)) from error


def _missing(name: str, missing: str) -> str:
    """Return the message about a module that does not exist.

    Args:
        name: The module that was to be imported.
        missing: The first part of its dotted name that does not exist.
    """
    parent, _, last = missing.rpartition(".")
    paths = getattr(sys.modules.get(parent), "__path__", []) if parent else None
    siblings = [module.name for module in pkgutil.iter_modules(paths)]
    hint = (
        _written_otherwise(name)
        or suggest_alike(last, siblings, prefix=f"{parent}." if parent else "")
        or f" It was looked for in {', '.join(map(str, paths or _searched_folders()))}"
        f"{'.' if paths else ', and where Python looks for modules.'}"
    )
    return f"Module '{name}' does not exist.{hint}"


def _written_otherwise(name: str) -> str:
    """Return how an attribute behind a dot is written as `module:attribute`."""
    module, _, attribute = name.rpartition(".")
    if module in sys.modules and hasattr(sys.modules[module], attribute):
        return f" '{attribute}' is no module: write '{module}:{attribute}'."
    return ""


def _searched_folders() -> list[str]:
    """Return the folders that a test can have meant: not those of Python itself."""
    return _ADDED_FOLDERS or [str(Path.cwd())]
