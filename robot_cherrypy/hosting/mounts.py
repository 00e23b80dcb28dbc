"""Mounting an application on a CherryPy tree, whether it is WSGI or ASGI."""

from typing import Any, Protocol, runtime_checkable

import cherrypy

from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.hosting.asgi_mount import AsgiMount
from robot_cherrypy.hosting.interfaces import interface_of


@runtime_checkable
class Mounted(Protocol):
    """An application on a tree that has listeners on the bus."""

    def leave(self) -> None:
        """Unsubscribe the listeners and release everything, after removal from the tree."""


def mount(application: Any, path: str = "/", *, tree: Any = None) -> None:
    """Mount a WSGI or an ASGI application on a CherryPy tree.

    An ASGI application starts up when the engine starts and shuts down when the engine stops. An
    asyncio server serves it directly, with its WebSockets; on a threaded server its requests run
    on an event loop of its own.

    Args:
        application: A WSGI or an ASGI callable, such as a Flask or a FastAPI application.
        path: The path to mount it at, `/` for the root.
        tree: A `cherrypy._cptree.Tree`, by default `cherrypy.tree`.

    Raises:
        ApplicationError: The application is neither WSGI nor ASGI.
    """
    tree = cherrypy.tree if tree is None else tree
    interface = interface_of(application)
    if interface is None:
        raise ApplicationError(
            f"{application!r} cannot be hosted: {type(application).__name__} is neither a WSGI nor"
            " an ASGI callable."
        )
    if interface == "wsgi":
        tree.graft(application, path)
        return
    mounted = AsgiMount(application, tree=tree, script_name=path.rstrip("/"))
    tree.graft(mounted, path)
    mounted.subscribe()
