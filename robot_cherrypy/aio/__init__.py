"""CherryPy on asyncio: `install()`, and page handlers may be coroutine functions."""

from typing import Any

import cherrypy

from robot_cherrypy.aio import importing  # noqa: F401 - comes first
from robot_cherrypy.aio.application import Application
from robot_cherrypy.aio.handlers import blocking, inline
from robot_cherrypy.aio.installation import install, uninstall

__all__ = ["application", "blocking", "inline", "install", "quickstart", "uninstall"]


def application(tree: Any = None) -> Application:
    """Make an ASGI application of what is mounted on a tree, by default on `cherrypy.tree`.

    Args:
        tree: A `cherrypy._cptree.Tree`.

    Returns:
        An ASGI 3 callable for any ASGI server. The engine starts and exits with that server.
    """
    return Application(tree)


def quickstart(root: Any = None, script_name: str = "", config: Any = None) -> None:
    """Mount an application, serve it on asyncio, and block, as `cherrypy.quickstart` does."""
    install()
    cherrypy.quickstart(root, script_name, config)
