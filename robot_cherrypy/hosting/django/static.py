"""A Django project's static files, served by CherryPy."""

from pathlib import Path
from typing import Any

import cherrypy
from cherrypy.lib.static import serve_file
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation


class _Collected:
    """The root for CherryPy's static tool, which does all the work."""


class _Found:
    """Files as Django's finders find them, not yet collected: while a project is developed."""

    @cherrypy.expose  # type: ignore[untyped-decorator]
    def default(self, *path: str, **_version: str) -> Any:
        """Serve a file, whatever query a project adds to its name against stale caches.

        Raises:
            cherrypy.NotFound: There is none.
        """
        try:
            found = finders.find("/".join(path))
        except SuspiciousFileOperation as error:
            raise cherrypy.NotFound from error
        if not found or not Path(found).is_file():
            raise cherrypy.NotFound
        return serve_file(found)


def mount_static(tree: Any, path: str) -> str:
    """Mount the static files at the path of `STATIC_URL`; return the script name.

    They come from `STATIC_ROOT` if `collectstatic` has filled it and the project is not in debug
    mode, else from wherever Django's finders find them.
    """
    script_name = path.rstrip("/")
    config = {"tools.allow.on": True, "tools.allow.methods": ["GET", "HEAD"]}
    root = settings.STATIC_ROOT
    if root and not settings.DEBUG and Path(root).is_dir():
        static = {"tools.staticdir.on": True, "tools.staticdir.dir": str(Path(root).resolve())}
        tree.mount(_Collected(), script_name, {"/": config | static})
    else:
        tree.mount(_Found(), script_name, {"/": config})
    return script_name
