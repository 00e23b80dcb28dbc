"""Putting an application of whichever interface on a CherryPy tree."""

from typing import Any, Protocol, runtime_checkable

import cherrypy

from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.hosting.asgi import AsgiMount
from robot_cherrypy.hosting.recognising import kind_of


@runtime_checkable
class Mounted(Protocol):
    """What stands on a tree and follows the engine."""

    def leave(self) -> None:
        """Let go of everything, as it was taken off its tree."""


def mount(application: Any, path: str = "/", *, tree: Any = None) -> None:
    """Mount a WSGI or an ASGI application on a CherryPy tree.

    An ASGI application follows the engine: it starts up when the engine starts and shuts down when
    it stops. On an asyncio server it is served as it is, with its WebSockets; on a threaded server
    its requests run on an event loop that it has to itself.

    Args:
        application: A WSGI or an ASGI callable, such as a Flask or a FastAPI application.
        path: Where, `/` for the root.
        tree: A `cherrypy._cptree.Tree`, by default `cherrypy.tree`.

    Raises:
        ApplicationError: It is neither.
    """
    tree = cherrypy.tree if tree is None else tree
    kind = kind_of(application)
    if kind is None:
        raise ApplicationError(
            f"{application!r} cannot be hosted: {type(application).__name__} is neither a WSGI nor"
            " an ASGI callable."
        )
    if kind == "wsgi":
        tree.graft(application, path)
        return
    mounted = AsgiMount(application, tree=tree, script_name=path.rstrip("/"))
    tree.graft(mounted, path)
    mounted.subscribe()
