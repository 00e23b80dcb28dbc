"""CherryPy on asyncio: after `install()`, page handlers may be coroutine functions."""

from typing import Any

import cherrypy

from robot_cherrypy.aio import first_import  # noqa: F401 - before what imports uvicorn
from robot_cherrypy.aio.installation import install, uninstall
from robot_cherrypy.aio.request.application import Application
from robot_cherrypy.aio.request.handlers import blocking, inline
from robot_cherrypy.aio.server import HTTPServer

__all__ = [
    "HTTPServer",
    "application",
    "blocking",
    "inline",
    "install",
    "quickstart",
    "uninstall",
]


def application(tree: Any = None) -> Application:
    """Make an ASGI application of what is mounted on a tree.

    Args:
        tree: A `cherrypy._cptree.Tree`, by default `cherrypy.tree`.

    Returns:
        An ASGI 3 callable for any ASGI server. The engine starts and exits with that server.
    """
    return Application(tree)


def quickstart(root: Any = None, script_name: str = "", config: Any = None) -> None:
    """Mount an application, serve it on asyncio, and block, as `cherrypy.quickstart` does."""
    install()
    cherrypy.quickstart(root, script_name, config)
