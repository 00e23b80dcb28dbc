"""A cheroot server that announces its stop.

Upstream: cheroot 10 and 11, `cheroot/server.py`, `HTTPServer.stop`. cheroot calls nobody when it
stops, and CherryPy's bus knows only of the one server that is `cherrypy.server`. But what was
started beside a server has to stop before it.
"""

from collections.abc import Callable
from typing import Any

from robot_cherrypy.patches.replacements import Replacements


def announced_stop(replacements: Replacements, server: Any, announce: Callable[[], None]) -> None:
    """Call `announce` before the server stops. The patch is taken out by the stop itself.

    Args:
        replacements: How the patch is put in place; for this patch alone.
        server: The one server, not its class.
        announce: Called on the thread that stops the server.
    """

    def stop() -> None:
        announce()
        replacements.restore()
        server.stop()

    replacements.set(server, "stop", stop)
