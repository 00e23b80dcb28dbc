"""Finding, making and mounting the application that `module:attribute` names."""

import contextlib
import difflib
import importlib
import inspect
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import cherrypy
from cherrypy._cptree import Tree

from robot_cherrypy import hosting
from robot_cherrypy.errors import ApplicationError, RobotCherryPyError
from robot_cherrypy.harness import bus
from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.hosting import django
from robot_cherrypy.hosting.recognising import required_arguments

_SEARCH_DEPTH = 4
_ADDRESS = frozenset({"server.socket_host", "server.socket_port", "server.socket_file"})


@dataclass
class _Effects:
    """What importing a module changed in CherryPy's globals; a later start has to redo it."""

    subscriptions: bus.Subscriptions = frozenset()
    configuration: dict[str, Any] = field(default_factory=dict)
    mounts: dict[str, Any] = field(default_factory=dict)


# Python imports a module once in a process, and so is this kept for the process.
_import_effects: dict[str, _Effects] = {}
_added_folders: list[str] = []


def load(reference: str, search_path: tuple[Path, ...] = ()) -> Any:
    """Return what `module:attribute` names, or the module where no attribute is given.

    Args:
        reference: Such as `shop.web:Root`. The attribute may be dotted.
        search_path: Folders to look for the module in, besides Python's own.

    Raises:
        ApplicationError: It does not exist, or its import raised.
    """
    module_name, _, attribute = reference.partition(":")
    if not module_name.strip() or (":" in reference and not attribute.strip()):
        raise ApplicationError(
            f"'{reference}' names no application: write 'module:attribute', such as"
            " 'shop.web:Root'."
        )
    found: Any = _import(module_name, search_path)
    for name in filter(None, attribute.split(".")):
        try:
            found = getattr(found, name)
        except AttributeError as error:
            hint = _did_you_mean(name, dir(found))
            raise ApplicationError(
                f"Module '{module_name}' has no attribute '{attribute}'.{hint}"
            ) from error
    return found


def mount(
    application: Any,
    reference: str,
    *,
    tree: Tree,
    path: str = "/",
    configuration: Configuration | None = None,
) -> None:
    """Mount an application, whatever its kind, on a tree.

    Args:
        application: A class or instance with exposed page handlers, a `cherrypy.Application`, a
            WSGI or an ASGI callable, a factory for any of these, a module that mounts on
            `cherrypy.tree`, or the settings of a Django project.
        reference: What it is called in errors.
        tree: The tree of the server that is going to serve it.
        path: Where, `/` for the root.
        configuration: Application and global configuration in sections.

    Raises:
        ApplicationError: It is none of these, or making it raised.
    """
    sections = dict(configuration or {})
    _update_global_configuration(reference, sections.pop("global", {}))
    before = dict(tree.apps)
    made = _made(application, reference, tree)
    if django.is_project(made):
        _host_django(made, reference, tree, path)
    elif made is None or isinstance(made, ModuleType):
        added = {name: app for name, app in tree.apps.items() if before.get(name) is not app}
        _adopt(made, reference, tree, path, added, sections)
    else:
        _mount_one(made, reference, tree, path, sections)


@contextlib.contextmanager
def self_mounting(tree: Tree) -> Iterator[None]:
    """Let `cherrypy.tree` and `cherrypy.quickstart` of application code mean this tree."""
    cherrypy.tree = tree

    def quickstart(root: Any = None, script_name: str = "", config: Any = None) -> None:
        if config:
            cherrypy.config.update(config)
        tree.mount(root, script_name, config)

    original, cherrypy.quickstart = cherrypy.quickstart, quickstart
    try:
        yield
    finally:
        cherrypy.quickstart = original


def _import(name: str, search_path: tuple[Path, ...]) -> ModuleType:
    _look_in(search_path)
    _forget_namesake(name)
    if name in sys.modules and name in _import_effects:
        _redo(_import_effects[name])
        return sys.modules[name]
    subscribed = bus.subscriptions()
    configured, mounted = dict(cherrypy.config), dict(cherrypy.tree.apps)
    try:
        module = _import_first(name)
    except ApplicationError:
        bus.unsubscribe(bus.subscriptions() - subscribed)
        raise
    _import_effects[name] = _Effects(
        bus.subscriptions() - subscribed,
        {key: value for key, value in cherrypy.config.items() if configured.get(key) != value},
        {path: app for path, app in cherrypy.tree.apps.items() if mounted.get(path) is not app},
    )
    return module


def _look_in(search_path: tuple[Path, ...]) -> None:
    """Put folders after Python's own on the module search path, before those of earlier calls."""
    for folder in map(str, reversed(search_path)):
        if folder in _added_folders:
            _added_folders.remove(folder)
        elif folder in sys.path:
            continue
        _added_folders.insert(0, folder)
    sys.path[:] = [path for path in sys.path if path not in _added_folders] + _added_folders
    importlib.invalidate_caches()


def _forget_namesake(name: str) -> None:
    """Let go of a module of another suite's folder, where this suite's folder has its own."""
    top = name.partition(".")[0]
    loaded = getattr(sys.modules.get(top), "__spec__", None)
    if loaded is None or loaded.origin is None:
        return
    folder = Path(loaded.origin).parents[1 if loaded.submodule_search_locations else 0]
    found = PathFinder.find_spec(top)
    if str(folder) in _added_folders and found is not None and found.origin != loaded.origin:
        for module in [one for one in sys.modules if one == top or one.startswith(f"{top}.")]:
            del sys.modules[module]
            _import_effects.pop(module, None)


def _redo(effects: _Effects) -> None:
    bus.subscribe(effects.subscriptions)
    cherrypy.config.update(dict(effects.configuration))
    cherrypy.tree.apps.update(effects.mounts)


def _import_first(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise ApplicationError(_missing(name, error.name)) from error
        raise ApplicationError(_raised("Importing", name, error)) from error
    except (Exception, SystemExit) as error:
        raise ApplicationError(_raised("Importing", name, error)) from error


def _missing(name: str, missing: str) -> str:
    parent, _, last = missing.rpartition(".")
    paths = getattr(sys.modules.get(parent), "__path__", []) if parent else None
    siblings = [module.name for module in pkgutil.iter_modules(paths)]
    hint = _did_you_mean(last, siblings, prefix=f"{parent}." if parent else "")
    return f"Module '{name}' does not exist.{hint}"


def _did_you_mean(name: str, candidates: list[str], prefix: str = "") -> str:
    by_lower_case = {one.lower(): one for one in candidates if not one.startswith("_")}
    near = difflib.get_close_matches(name.lower(), by_lower_case, n=3, cutoff=0.7)
    return _suggestion([prefix + by_lower_case[one] for one in near])


def _suggestion(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return f" Did you mean {' or '.join(quoted)}?" if quoted else ""


def _raised(what: str, subject: str, error: BaseException) -> str:
    """Describe an error of the application's, with the place in the application that raised it."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "importlib" not in frame.filename and frame.filename != __file__
    ]
    where = f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
    detail = f": {error}" if str(error) else ""
    return f"{what} '{subject}' raised {type(error).__name__}{detail}{where}."


def _update_global_configuration(reference: str, entries: dict[str, Any]) -> None:
    # The harness decides where a server listens.
    kept = {key: value for key, value in entries.items() if key not in _ADDRESS}
    try:
        cherrypy.config.update(kept)
    except Exception as error:
        raise ApplicationError(_raised("Configuring", reference, error)) from error


def _made(application: Any, reference: str, tree: Tree) -> Any:
    """Call classes and factories until something that can be mounted is there."""
    if isinstance(application, ModuleType | cherrypy.Application):
        return application
    if inspect.isclass(application) or _is_factory(application):
        made = _call(application, reference, tree)
        return _made(made, reference, tree) if _is_factory(made) else made
    return application


def _is_factory(thing: Any) -> bool:
    if not inspect.isroutine(thing) or getattr(thing, "exposed", False):
        return False
    return not required_arguments(thing)


def _call(factory: Callable[[], Any], reference: str, tree: Tree) -> Any:
    with self_mounting(tree):
        try:
            return factory()
        except (Exception, SystemExit) as error:
            raise ApplicationError(_raised("Making", reference, error)) from error


def _adopt(
    made: ModuleType | None,
    reference: str,
    tree: Tree,
    path: str,
    added: dict[str, Any],
    sections: Configuration,
) -> None:
    """Take over what a module or a factory mounted on `cherrypy.tree` by itself."""
    mounts = _import_effects.get(made.__name__, _Effects()).mounts if made else added
    if not mounts:
        raise ApplicationError(_nothing_mounted(made, reference))
    if path.rstrip("/") and path.rstrip("/") not in mounts:
        names = ", ".join(name or "/" for name in sorted(mounts))
        raise ApplicationError(
            f"'{reference}' mounts itself at {names}: it cannot be mounted at {path}."
        )
    tree.apps.update(mounts)
    for app in mounts.values():
        if sections and isinstance(app, cherrypy.Application):
            app.merge(sections)


def _host_django(project: Any, reference: str, tree: Tree, path: str) -> None:
    settings = project if isinstance(project, ModuleType) else None
    try:
        django.mount(settings, path, tree=tree)
    except RobotCherryPyError:
        raise
    except Exception as error:
        raise ApplicationError(_raised("Setting up Django for", reference, error)) from error


def _nothing_mounted(module: ModuleType | None, reference: str) -> str:
    if module is None:
        return f"'{reference}' returned None and mounted nothing on cherrypy.tree."
    handlers = [
        f"{reference}:{name}"
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__ and _has_handlers(value)
    ]
    return f"Module '{reference}' mounts nothing on cherrypy.tree.{_suggestion(handlers)}"


def _mount_one(made: Any, reference: str, tree: Tree, path: str, sections: Configuration) -> None:
    is_root = _has_handlers(made) or any(
        "request.dispatch" in entries for entries in sections.values()
    )
    if isinstance(made, cherrypy.Application):
        _mount_application(made, reference, tree, path, sections)
    elif not is_root and hosting.kind_of(made):
        hosting.mount(made, path, tree=tree)
    elif is_root and not inspect.isroutine(made):
        try:
            tree.mount(made, path, sections)
        except Exception as error:
            raise ApplicationError(_raised("Mounting", reference, error)) from error
    else:
        raise ApplicationError(
            f"'{reference}' is no application: {type(made).__name__} has no exposed page handlers"
            " and is no WSGI or ASGI callable."
        )


def _mount_application(
    application: cherrypy.Application,
    reference: str,
    tree: Tree,
    path: str,
    sections: Configuration,
) -> None:
    own = application.script_name or "/"
    if path != "/" and path.rstrip("/") != own:
        raise ApplicationError(
            f"'{reference}' is a cherrypy.Application for {own}: it cannot be mounted at {path}."
        )
    tree.mount(application, "", sections)


def _has_handlers(root: Any) -> bool:
    """Whether a page handler is exposed anywhere below, as CherryPy's default dispatcher walks."""
    seen: set[int] = set()
    level = [root]
    for _ in range(_SEARCH_DEPTH):
        if any(getattr(node, "exposed", False) for node in level):
            return True
        seen.update(map(id, level))
        level = [child for node in level for child in _children(node) if id(child) not in seen]
    return False


def _children(node: Any) -> Iterator[Any]:
    """Yield what hangs below a node; the class tells it without running any property."""
    members: dict[str, Any] = {}
    cls = node if inspect.isclass(node) else type(node)
    if cls.__module__ != "builtins":
        for base in reversed(cls.__mro__[:-1]):
            members.update(vars(base))
    members.update(getattr(node, "__dict__", {}))
    for name, value in members.items():
        if not name.startswith("__") and not isinstance(value, ModuleType | property | str | dict):
            yield value
