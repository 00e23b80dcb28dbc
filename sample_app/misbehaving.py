"""Applications that do what applications must not do, for tests of the harness."""

import asyncio
import sys
import time
from collections.abc import Iterator

import cherrypy


class Restless:
    """Page handlers that do not end when they should."""

    @cherrypy.expose
    def index(self) -> str:
        """Answer as one should."""
        return "Well behaved"

    @cherrypy.expose
    def sleep(self, seconds: str = "30") -> str:
        """Sleep first."""
        time.sleep(float(seconds))
        return "Slept well"

    @cherrypy.expose
    def spin(self) -> None:
        """Never return, and keep a core busy."""
        while True:
            pass

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self) -> Iterator[str]:
        """Stream without end."""

        def chunks() -> Iterator[str]:
            while True:
                time.sleep(0.01)
                yield "more "

        return chunks()


class Quitting:
    """Page handlers that try to end the process."""

    @cherrypy.expose
    def index(self) -> str:
        """Answer as one should."""
        return "Still here"

    @cherrypy.expose
    def sys_exit(self) -> None:
        """Raise `SystemExit`."""
        sys.exit("no more")

    @cherrypy.expose
    def engine_exit(self) -> str:
        """Ask CherryPy to exit, and say so."""
        cherrypy.engine.exit()
        return "Good bye"

    @cherrypy.expose
    def engine_restart(self) -> str:
        """Ask CherryPy to execute the program anew, and say so."""
        cherrypy.engine.restart()
        return "See you"


class Coroutines:
    """Coroutines that do not end when they should."""

    @cherrypy.expose
    async def index(self) -> str:
        """Answer as one should."""
        return "Well behaved"

    @cherrypy.expose
    async def sleep(self, seconds: str = "30") -> str:
        """Sleep first."""
        await asyncio.sleep(float(seconds))
        return "Slept well"


class StartListenerRaises:
    """An application whose start listener raises."""

    def __init__(self) -> None:
        cherrypy.engine.subscribe("start", self.connect)

    def connect(self) -> None:
        """Fail to start."""
        raise RuntimeError("cannot connect")

    @cherrypy.expose
    def index(self) -> str:
        """Answer, which never happens."""
        return "Connected"


class StopListenerRaises:
    """An application whose stop listener raises."""

    def __init__(self) -> None:
        cherrypy.engine.subscribe("stop", self.flush)

    def flush(self) -> None:
        """Fail to stop."""
        raise RuntimeError("cannot flush")

    @cherrypy.expose
    def index(self) -> str:
        """Answer as one should."""
        return "Buffered"
