"""Django projects: finding their settings, setting Django up for them, mounting them."""

import contextlib
import importlib
import importlib.util
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import cherrypy

from robot_cherrypy.errors import ApplicationError, MissingExtraError

# The environment variable that names the settings, here and in `manage.py`.
_VARIABLE = "DJANGO_SETTINGS_MODULE"

# How a `manage.py` names them: as a default, which the variable overrides, or in any case.
_DEFAULT = re.compile(rf"""{_VARIABLE}["']\s*,\s*["']([\w.]+)["']""")
_FIXED = re.compile(rf"""{_VARIABLE}["']\s*\]\s*=\s*["']([\w.]+)["']""")

# What `set_up` has written into the variable in this process, where it was something else.
_WRITTEN: set[str] = set()


def locate(project: str) -> tuple[str, Path | None]:
    """Return the settings module of a project, and the folder to import it from, if known.

    Args:
        project: A settings module, or the folder that has the `manage.py`. As for `manage.py`, the
            variable `DJANGO_SETTINGS_MODULE` overrides the default that stands there.

    Raises:
        ApplicationError: The folder has no `manage.py`, or nothing names the settings.
    """
    folder = Path(project)
    if not folder.is_dir():
        return project, None
    manage = folder / "manage.py"
    if not manage.is_file():
        raise ApplicationError(f"'{project}' is no Django project: it has no manage.py.")
    text = manage.read_text("utf-8")
    fixed, default = _FIXED.search(text), _DEFAULT.search(text)
    variable = os.environ.get(_VARIABLE)
    if fixed:
        return fixed[1], folder.resolve()
    if variable and variable not in _WRITTEN:
        return variable, folder.resolve()
    if default is None:
        raise ApplicationError(
            f"{manage} sets no default for {_VARIABLE}: set this environment variable."
        )
    return default[1], folder.resolve()


def is_project(application: Any) -> bool:
    """Return whether an object is a Django project: its settings, or one of its handlers."""
    if isinstance(application, ModuleType):
        return hasattr(application, "ROOT_URLCONF")  # INSTALLED_APPS may be left out
    return type(application).__module__.startswith("django.core.handlers.")


def is_mounted(application: Any) -> bool:
    """Return whether an application of a CherryPy tree is a Django project."""
    # By the name of its class, as importing that would import Django, which is an extra.
    return any(cls.__name__ == "DjangoMount" for cls in type(application).__mro__)


def import_module(name: str) -> ModuleType:
    """Import a module; if it is the settings of a project, then as Django does it.

    Settings may read the variable and Django's settings while they are imported, so Django has to
    know their name by then. It does if the variable has this name, if the name has a part
    `settings`, or at a second attempt, if the first one has failed because Django did not know it.
    """
    if _may_be_settings(name):
        return _import_settings(name)
    try:
        return importlib.import_module(name)
    except Exception as error:
        if not _is_unconfigured(error):
            raise
        with contextlib.suppress(Exception):
            if is_project(module := _import_settings(name)):
                return module
        sys.modules.pop(name, None)
        raise


def _may_be_settings(name: str) -> bool:
    is_named = name == os.environ.get(_VARIABLE) or "settings" in name.split(".")
    return is_named and _awaits_settings()


def _is_unconfigured(error: Exception) -> bool:
    """Whether an import failed because it has read Django's settings or their name."""
    has_read = type(error).__name__ == "ImproperlyConfigured" or error.args == (_VARIABLE,)
    return has_read and not os.environ.get(_VARIABLE) and _awaits_settings()


def _awaits_settings() -> bool:
    """Whether Django is installed, and does not know its settings yet."""
    if not importlib.util.find_spec("django"):
        return False
    from django.conf import settings  # noqa: PLC0415 - an extra

    return not settings.configured


def _import_settings(name: str) -> ModuleType:
    """Let Django import settings, and forget them again unless they are those of a project."""
    from django.conf import settings  # noqa: PLC0415 - an extra
    from django.utils.functional import empty  # noqa: PLC0415 - likewise

    before = {key: os.environ[key] for key in (_VARIABLE, "TZ") if key in os.environ}
    os.environ[_VARIABLE] = name
    is_complete = False
    try:
        _ = settings.INSTALLED_APPS  # the first access imports them
        is_complete = is_project(sys.modules[name])
    finally:
        if is_complete:
            _WRITTEN.add(name)
        else:
            settings._wrapped = empty  # noqa: SLF001 - Django offers no way back
            for key in (_VARIABLE, "TZ"):  # Django sets the time zone, too
                os.environ.pop(key, None)
            os.environ.update(before)
            time.tzset()
    return sys.modules[name]


def set_up(settings_module: str | None = None) -> None:
    """Set Django up for the whole process.

    Args:
        settings_module: By default that of `DJANGO_SETTINGS_MODULE`.

    Raises:
        ApplicationError: Django runs with other settings already.
        MissingExtraError: Django is not installed.
    """
    try:
        import django  # noqa: PLC0415 - an extra
        from django.conf import settings  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError("Hosting a Django project", "django") from error
    if settings_module is not None:
        active = os.environ.get(_VARIABLE)
        if settings.configured and active != settings_module:
            raise ApplicationError(
                f"Django runs with '{active}' in this process, and it can run with one module of"
                f" settings only: serve '{settings_module}' from a process of its own."
            )
        if active != settings_module:
            _WRITTEN.add(settings_module)
        os.environ[_VARIABLE] = settings_module
    django.setup()


def mount(
    project: str | ModuleType | Callable[..., Any] | None = None,
    path: str = "/",
    *,
    tree: Any = None,
) -> None:
    """Mount a Django project on a CherryPy tree, and its static files beside it.

    Requests and what Django logs are written to CherryPy's logs. Database connections are closed
    when the threads that opened them end, at the latest when the engine stops.

    Args:
        project: Its settings module, or the folder that has its `manage.py`; or a WSGI or an ASGI
            application that wraps the project's own and is to answer in its place. By default the
            project that Django is set up for.
        path: The path to mount it at, `/` for the root.
        tree: A `cherrypy._cptree.Tree`, by default `cherrypy.tree`.

    Raises:
        ApplicationError: There is no such project, or Django runs with other settings already.
        MissingExtraError: Django is not installed.
    """
    wrapper = project if callable(project) else None
    name = project.__name__ if isinstance(project, ModuleType) else project
    set_up(locate(name)[0] if isinstance(name, str) else None)
    from django.conf import settings  # noqa: PLC0415 - an extra
    from django.urls import set_script_prefix  # noqa: PLC0415

    from robot_cherrypy.hosting.django.django_mount import make_mount  # noqa: PLC0415
    from robot_cherrypy.hosting.django.static import mount_static  # noqa: PLC0415

    tree = cherrypy.tree if tree is None else tree
    script_name = path.rstrip("/")
    # Django completes relative URLs in the settings with it when they are first read
    # (`django/conf/__init__.py`, `_add_script_prefix`).
    set_script_prefix(f"{script_name}/")
    paths = [script_name]
    static_url = urlsplit(settings.STATIC_URL or "")
    if static_url.path and not static_url.netloc:
        paths.append(mount_static(tree, static_url.path))
    mounted = make_mount(wrapper, tree=tree, paths=paths)
    tree.graft(mounted, path)
    mounted.subscribe()
