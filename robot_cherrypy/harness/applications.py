"""Making and mounting an application under test, whatever its kind."""

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import cherrypy
from cherrypy._cpconfig import Config
from cherrypy._cptree import Tree

from robot_cherrypy import hosting
from robot_cherrypy.errors import (
    ApplicationError,
    RobotCherryPyError,
    did_you_mean,
    suggest_alike,
)
from robot_cherrypy.harness.around_tree import AroundTree
from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.harness.loading import mounts_of
from robot_cherrypy.harness.messages import raised
from robot_cherrypy.hosting import django
from robot_cherrypy.hosting.django.project import is_project
from robot_cherrypy.hosting.django.wrappers import wraps_project
from robot_cherrypy.hosting.interfaces import interface_of, required_arguments
from robot_cherrypy.patches.quickstart import mounting_quickstart
from robot_cherrypy.patches.replacements import active
from robot_cherrypy.traffic import error_hooks

# How deep below a root page handlers are looked for. Roots nest a few levels; without a limit, the
# search would walk through whatever objects an application keeps in attributes.
_SEARCH_DEPTH = 4

# Where a server listens, which the harness decides.
_ADDRESS = frozenset({"server.socket_host", "server.socket_port", "server.socket_file"})


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
        reference: The application's name in errors.
        tree: The tree of the server that is going to serve it.
        path: Where to mount it, `/` for the root.
        configuration: Application and global configuration in sections.

    Raises:
        ApplicationError: It is none of these, or making it raised an error.
    """
    sections = dict(configuration or {})
    _update_global_configuration(reference, sections.pop("global", {}))
    before = dict(tree.apps)
    instance = _make(application, reference, tree)
    if is_project(instance):
        _mount_django(instance, reference, tree, path)
    elif isinstance(instance, ModuleType):
        _adopt(mounts_of(instance), instance, reference, tree, path, sections)
    elif instance is None or isinstance(instance, Tree):
        added = {name: app for name, app in tree.apps.items() if before.get(name) is not app}
        if instance is not None:  # what the module has mounted when it was imported
            added = {**mounts_of(_module_of(reference)), **added}
            added = added or instance.apps
        _adopt(added, None, reference, tree, path, sections)
    elif isinstance(instance, cherrypy.Application):
        _mount_application(instance, reference, tree, path, sections)
    elif wraps_project(instance):
        _mount_django(instance, reference, tree, path)
    else:
        _mount_object(instance, reference, tree, path, sections)
    error_hooks.observe_new_frameworks()


@contextlib.contextmanager
def self_mounting(tree: Tree) -> Iterator[None]:
    """Let applications that mount themselves, with `cherrypy.tree` or `quickstart`, use a tree.

    `cherrypy.tree` stays that tree: applications use it while they run, too.
    """
    cherrypy.tree = tree
    with active(mounting_quickstart, tree):
        yield


def _update_global_configuration(reference: str, entries: dict[str, Any]) -> None:
    kept = {key: value for key, value in entries.items() if key not in _ADDRESS}
    environment, known = kept.get("environment"), Config.environments
    if environment is not None and environment not in known:
        alike = suggest_alike(str(environment), known)
        names = ", ".join(sorted(known))
        raise ApplicationError(
            f"environment is {environment!r}, and CherryPy knows none but {names}.{alike}"
        )
    try:
        cherrypy.config.update(dict(kept))  # to which CherryPy adds those of the environment
    except Exception as error:
        refused = "".join(map(_refused, kept, kept.values()))
        raise ApplicationError(refused + raised("Configuring", reference, error)) from error


def _refused(key: str, value: Any) -> str:
    """Return the beginning of a message if CherryPy refuses a setting, else nothing."""
    try:
        cherrypy.config.update({key: value})
    except Exception:  # noqa: BLE001 - reported by the caller
        return f"{key} is {value!r}: "
    return ""


def _make(application: Any, reference: str, tree: Tree) -> Any:
    """Call classes and factories until they return something that can be mounted."""
    if isinstance(application, ModuleType | cherrypy.Application | Tree):
        return application
    if interface_of(application):
        return application
    if inspect.isclass(application) or _is_factory(application):
        instance = _call(application, reference, tree)
        return _make(instance, reference, tree) if _is_factory(instance) else instance
    return application


def _is_factory(value: Any) -> bool:
    if not inspect.isroutine(value) or getattr(value, "exposed", False):
        return False
    return not required_arguments(value) and not interface_of(value)


def _call(factory: Callable[[], Any], reference: str, tree: Tree) -> Any:
    with self_mounting(tree):
        try:
            return factory()
        except (Exception, SystemExit) as error:
            if isinstance(error, SystemExit) and error.code in {None, 0}:
                return None  # a program that has brought its own start has ended
            raise ApplicationError(raised("Making", reference, error)) from error


def _mount_django(project: Any, reference: str, tree: Tree, path: str) -> None:
    is_own = is_project(project) and not isinstance(project, ModuleType)
    try:
        django.mount(None if is_own else project, path, tree=tree)
    except RobotCherryPyError:
        raise
    except Exception as error:
        raise ApplicationError(raised("Setting up Django for", reference, error)) from error


def _adopt(
    mounts: dict[str, Any],
    module: ModuleType | None,
    reference: str,
    tree: Tree,
    path: str,
    sections: Configuration,
) -> None:
    """Put on the tree what a module or a factory mounted on `cherrypy.tree` by itself."""
    if not mounts:
        raise ApplicationError(_nothing_mounted(module, reference))
    if path.rstrip("/") and path.rstrip("/") not in mounts:
        names = ", ".join(name or "/" for name in sorted(mounts))
        raise ApplicationError(
            f"'{reference}' mounts itself at {names}: it cannot be mounted at {path}."
        )
    tree.apps.update(mounts)
    for app in mounts.values():
        if sections and isinstance(app, cherrypy.Application):
            app.merge(sections)


def _nothing_mounted(module: ModuleType | None, reference: str) -> str:
    if module is None:
        return f"'{reference}' returned None and mounted nothing on cherrypy.tree."
    roots = [
        f"{reference}:{name}"
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__ and _has_handlers(value)
    ]
    return f"Module '{reference}' mounts nothing on cherrypy.tree.{did_you_mean(roots)}"


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


def _mount_object(
    instance: Any, reference: str, tree: Tree, path: str, sections: Configuration
) -> None:
    """Mount a root with page handlers, or else a WSGI or an ASGI callable."""
    is_root = _has_handlers(instance) or any(
        "request.dispatch" in entries for entries in sections.values()
    )
    interface = None if is_root else interface_of(instance)
    if interface == "wsgi" and path == "/" and "" in mounts_of(_module_of(reference)):
        inner = Tree()
        _adopt(dict(tree.apps), None, reference, inner, path, sections)
        tree.apps.clear()
        tree.graft(AroundTree(instance, inner), path)
    elif interface:
        hosting.mount(instance, path, tree=tree)
    elif is_root and not inspect.isroutine(instance):
        try:
            tree.mount(instance, path, sections)
        except Exception as error:
            raise ApplicationError(raised("Mounting", reference, error)) from error
    else:
        raise ApplicationError(f"'{reference}' is no application: {_why_not(instance)}")


def _why_not(instance: Any) -> str:
    required = required_arguments(instance) if inspect.isroutine(instance) else []
    if required:
        needed = ", ".join(f"'{name}'" for name in required)
        return f"the function needs {needed}, and a function that makes one is called without any."
    return (
        f"{type(instance).__name__} has no exposed page handlers and is no WSGI or ASGI callable."
    )


def _module_of(reference: str) -> ModuleType:
    return sys.modules[reference.partition(":")[0]]


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
    """Yield the attributes of a node, from its class so that no property runs."""
    members: dict[str, Any] = {}
    cls = node if inspect.isclass(node) else type(node)
    if cls.__module__ != "builtins":
        for base in reversed(cls.__mro__[:-1]):
            members.update(vars(base))
    members.update(getattr(node, "__dict__", {}))
    for name, value in members.items():
        if not name.startswith("__") and not isinstance(value, ModuleType | property | str | dict):
            yield value
