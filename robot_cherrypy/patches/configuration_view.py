"""A copy of `cherrypy.config` that holds what the application of the running request has set.

Upstream: CherryPy 18.10, `cherrypy/_cpdispatch.py`, `Dispatcher.find_handler` and
`RoutesDispatcher.find_handler`: at each request they copy the global configuration, which a process
has once. Servers of one process have a configuration each.
"""

from collections.abc import Callable
from typing import Any

import cherrypy

from robot_cherrypy.patches.replacements import Replacements


def configuration_view(replacements: Replacements, view: Callable[[], dict[str, Any]]) -> None:
    """Let `cherrypy.config.copy` return what `view` returns."""
    replacements.set(cherrypy.config, "copy", view)
