"""A WSGI callable around the tree that it is mounted on, such as a middleware."""

from collections.abc import Iterable
from typing import Any

from cherrypy._cptree import Tree

# In the environ of a request that the callable hands on to the tree.
_INSIDE = "robot_cherrypy.inside"


class AroundTree:
    """What a tree holds, alone, for a callable that calls the tree.

    Args:
        application: The callable.
        inner: A tree with the applications that the callable is around.
    """

    def __init__(self, application: Any, inner: Tree) -> None:
        self._application, self._inner = application, inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Call the callable, and the applications when it calls the tree (PEP 3333)."""
        if environ.get(_INSIDE) is self:
            response: Iterable[bytes] = self._inner(environ, start_response)
            return response
        return self._application({**environ, _INSIDE: self}, start_response)  # type: ignore[no-any-return]
