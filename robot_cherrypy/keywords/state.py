"""Keywords about the state of CherryPy and of applications."""

from robot.api.deco import keyword

from robot_cherrypy.evidence import logger
from robot_cherrypy.harness.registry import Servers


class StateKeywords:
    """Restoring state between tests without a restart of the server."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    @keyword
    def reset_server_state(self, alias: str | None = None) -> list[str]:
        """Restore the state of CherryPy that was there when the server had started.

        For a ``Test Setup``, where a restart for each test would take too long. Restored are the
        configuration of CherryPy and of the applications, the mounted applications, the tools, and
        the listeners on the engine. Sessions in memory, and session files that were made since, are
        deleted. A warning names other changes, which stay: attributes of the application's root,
        threads, older session files, and sessions of backends that cannot list them.

        Args:
            alias: Alias of the server; the current server by default.

        Returns:
            A list of descriptions of what was restored, empty if nothing had changed.

        Raises:
            ServerError: There is no such server, or it runs in a child process.

        Example:
        | Start Server    sample_app.echo:Echo
        | ${restored} =    Reset Server State
        | Should Be Empty    ${restored}
        """
        server = self._servers.get_in_process(
            "'Reset Server State' needs",
            alias,
            advice=" 'Restart Server' makes everything anew.",
        )
        reset = server.reset()
        for change in reset.put_back:
            logger.info(f"Put back: {change}")
        for change in reset.not_put_back:
            logger.warn(f"Server '{server.alias}' has changed, and was not put back: {change}")
        return reset.put_back
