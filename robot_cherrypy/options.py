"""Options of the library for a whole run: `robot --listener robot_cherrypy.options:debug=True …`.

They hold in each suite, whatever its import of the library says. Several are separated by colons,
such as `robot_cherrypy.options:headed=True:slow=300ms`. `robot-cherrypy run` sets them so.
"""

from robot_cherrypy.evidence.options import OVERRIDES
from robot_cherrypy.keywords.options import Options

__all__ = ["options"]


class options:  # noqa: N801 - Robot looks for a class named as the module
    """The listener (listener interface, version 3)."""

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, **given: str) -> None:
        """Set options until the end of the run.

        Args:
            given: Names and values, as for the library.

        Raises:
            DataError: There is no such option, or its value cannot be used.
        """
        Options.from_import(**given)
        self._given = given
        OVERRIDES.update(given)

    def close(self) -> None:
        """Let later runs in this process have their own options."""
        for name in self._given:
            OVERRIDES.pop(name, None)
