"""Finding a Django project, setting Django up for it, and mounting it."""

import os
import re
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import cherrypy

from robot_cherrypy.errors import ApplicationError, MissingExtraError

_SETTINGS = re.compile(r"""DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)["']""")


def locate(project: str) -> tuple[str, Path | None]:
    """Return the settings module of a project, and the folder to import it from if that is known.

    Args:
        project: A settings module, or the folder in which `manage.py` lies.

    Raises:
        ApplicationError: The folder has no `manage.py`, or that names no settings.
    """
    folder = Path(project)
    if not folder.is_dir():
        return project, None
    manage = folder / "manage.py"
    if not manage.is_file():
        raise ApplicationError(f"'{project}' is no Django project: it has no manage.py.")
    found = _SETTINGS.search(manage.read_text("utf-8"))
    if found is None:
        raise ApplicationError(f"{manage} sets no default for DJANGO_SETTINGS_MODULE.")
    return found[1], folder.resolve()


def is_project(thing: Any) -> bool:
    """Tell whether an object stands for a Django project: its settings, or one of its handlers."""
    if isinstance(thing, ModuleType):
        return hasattr(thing, "INSTALLED_APPS") and hasattr(thing, "ROOT_URLCONF")
    return type(thing).__module__.startswith("django.core.handlers.")


def set_up(settings_module: str | None = None) -> None:
    """Set Django up, which goes for the whole process.

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
        active = os.environ.get("DJANGO_SETTINGS_MODULE")
        if settings.configured and active != settings_module:
            raise ApplicationError(
                f"Django runs with '{active}' in this process, and it can run with one module of"
                f" settings only: serve '{settings_module}' from a process of its own."
            )
        os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
    django.setup()


def mount(project: str | ModuleType | None = None, path: str = "/", *, tree: Any = None) -> None:
    """Mount a Django project on a CherryPy tree, and its static files beside it.

    Requests are logged where CherryPy logs its own, and so is what Django logs. Database
    connections are closed when the threads that opened them end, at the latest when the engine
    stops.

    Args:
        project: Its settings module, or the folder in which its `manage.py` lies; by default what
            Django is set up for.
        path: Where, `/` for the root.
        tree: A `cherrypy._cptree.Tree`, by default `cherrypy.tree`.

    Raises:
        ApplicationError: There is no such project, or Django runs with other settings already.
        MissingExtraError: Django is not installed.
    """
    name = project.__name__ if isinstance(project, ModuleType) else project
    set_up(locate(name)[0] if name else None)
    from django.conf import settings  # noqa: PLC0415 - an extra
    from django.urls import set_script_prefix  # noqa: PLC0415

    from robot_cherrypy.hosting.django.application import DjangoMount  # noqa: PLC0415
    from robot_cherrypy.hosting.django.static import mount_static  # noqa: PLC0415

    tree = cherrypy.tree if tree is None else tree
    script_name = path.rstrip("/")
    # Relative URLs in the settings are completed by it when first asked for (django/conf).
    set_script_prefix(f"{script_name}/")
    paths = [script_name]
    static_url = urlsplit(settings.STATIC_URL or "")
    if static_url.path and not static_url.netloc:
        paths.append(mount_static(tree, static_url.path))
    mounted = DjangoMount(tree=tree, paths=paths)
    tree.graft(mounted, path)
    mounted.subscribe()
