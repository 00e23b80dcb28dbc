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
        """Return a page at once."""
        return "Well behaved"

    @cherrypy.expose
    def sleep(self, seconds: str = "30") -> str:
        """Return a page after some seconds of sleep."""
        time.sleep(float(seconds))
        return "Slept well"

    @cherrypy.expose
    def spin(self) -> None:
        """Never return, and use all of a processor core."""
        while True:
            pass

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self) -> Iterator[str]:
        """Stream a page that does not end."""

        def chunks() -> Iterator[str]:
            while True:
                time.sleep(0.01)
                yield "more "

        return chunks()


class Quitting:
    """Page handlers that try to end the process."""

    @cherrypy.expose
    def index(self) -> str:
        """Return a page at once."""
        return "Still here"

    @cherrypy.expose
    def sys_exit(self) -> None:
        """Raise `SystemExit`, as a library may that gives up."""
        sys.exit("no more")

    @cherrypy.expose
    def engine_exit(self) -> str:
        """Stop CherryPy, and return a page."""
        cherrypy.engine.exit()
        return "Good bye"

    @cherrypy.expose
    def engine_restart(self) -> str:
        """Let CherryPy execute the program again, and return a page."""
        cherrypy.engine.restart()
        return "See you"


class Coroutines:
    """Coroutines that do not end when they should."""

    @cherrypy.expose
    async def index(self) -> str:
        """Return a page at once."""
        return "Well behaved"

    @cherrypy.expose
    async def sleep(self, seconds: str = "30") -> str:
        """Return a page after some seconds of sleep."""
        await asyncio.sleep(float(seconds))
        return "Slept well"


class StartListenerRaises:
    """An application whose start listener raises."""

    def __init__(self) -> None:
        cherrypy.engine.subscribe("start", self.connect)

    def connect(self) -> None:
        """Raise an error when the engine starts."""
        raise RuntimeError("cannot connect")

    @cherrypy.expose
    def index(self) -> str:
        """Return a page, which never happens."""
        return "Connected"


class StopListenerRaises:
    """An application whose stop listener raises."""

    def __init__(self) -> None:
        cherrypy.engine.subscribe("stop", self.flush)

    def flush(self) -> None:
        """Raise an error when the engine stops."""
        raise RuntimeError("cannot flush")

    @cherrypy.expose
    def index(self) -> str:
        """Return a page at once."""
        return "Buffered"
