"""Keywords about what applications leave behind in CherryPy's global state."""

from robot.api import logger
from robot.api.deco import keyword

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.registry import Servers


class StateKeywords:
    """Putting state back between tests, without a restart."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    @keyword
    def reset_server_state(self, alias: str | None = None) -> list[str]:
        """Put CherryPy's state back to what it was when the server had started.

        Covered are the configuration of CherryPy and of the applications, what is mounted, the
        tools, the listeners on the engine, and sessions that are kept in memory or were made in
        files since. What else has changed is told as a warning, and not put back: attributes of the
        application's root, threads, files of older sessions, and sessions that cannot be listed.
        Meant for a ``Test Setup``, where a restart for each test would take too long.

        Args:
            alias: Which server; the current one by default.

        Returns:
            What was put back, in words; an empty list if nothing was changed.

        Raises:
            ServerError: There is no such server, or it runs in a child process.

        Example:
        | Start Server    sample_app.echo:Echo
        | ${changes} =    Reset Server State
        | Should Be Empty    ${changes}
        """
        server = self._servers.get(alias)
        if not isinstance(server, InProcessServer):
            raise ServerError(
                f"Server '{server.alias}' runs in another process: 'Reset Server State' needs"
                " isolation=thread. 'Restart Server' makes everything anew."
            )
        reset = server.reset()
        for one in reset.put_back:
            logger.info(f"Put back: {one}")
        for one in reset.left:
            logger.warn(f"Server '{server.alias}' has changed, and was not put back: {one}")
        return reset.put_back
