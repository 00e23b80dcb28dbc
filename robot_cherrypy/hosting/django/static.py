"""A Django project's static files, served by CherryPy."""

from pathlib import Path
from typing import Any

import cherrypy
from cherrypy.lib.static import serve_file
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation


class _CollectedFiles:
    """The root of an application that serves collected files by CherryPy's static tool alone."""


class _FoundFiles:
    """Serves files where Django's finders find them: while a project is developed."""

    @cherrypy.expose  # type: ignore[untyped-decorator]
    def default(self, /, *path: str, **_version: str) -> Any:
        """Serve a file. A query is ignored: projects add one so that no stale copy is used.

        Raises:
            cherrypy.NotFound: There is no such file.
        """
        try:
            file = finders.find("/".join(path))
        except SuspiciousFileOperation as error:
            raise cherrypy.NotFound from error
        if not file or not Path(file).is_file():
            raise cherrypy.NotFound
        return serve_file(file)


def mount_static(tree: Any, path: str) -> str:
    """Mount the static files at the path of `STATIC_URL`; return the script name.

    They come from `STATIC_ROOT` if `collectstatic` has filled it and the project is not in debug
    mode, else from the places where Django's finders look.
    """
    script_name = path.rstrip("/")
    config = {"tools.allow.on": True, "tools.allow.methods": ["GET", "HEAD"]}
    root = settings.STATIC_ROOT
    if root and not settings.DEBUG and Path(root).is_dir():
        static = {"tools.staticdir.on": True, "tools.staticdir.dir": str(Path(root).resolve())}
        tree.mount(_CollectedFiles(), script_name, {"/": config | static})
    else:
        tree.mount(_FoundFiles(), script_name, {"/": config})
    return script_name
