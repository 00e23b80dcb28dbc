"""The guard of a browser's driver."""

import re
import selectors
import time

from robot_cherrypy.errors import BrowserError
from robot_cherrypy.processes.guard import Guard

# How long a driver may take until it listens, in seconds. It takes a tenth of a second; the
# rest is for a machine on which many test runs start at once.
_START_TIMEOUT = 30.0

# What ChromeDriver, Microsoft's driver and geckodriver print as soon as they listen.
_LISTENS = re.compile(rb"(?:started successfully on port |Listening on \S*:)(\d+)")


class DriverGuard(Guard):
    """A driver that ends together with this process, and all its browsers with it."""

    def wait_for_port(self) -> int:
        """Wait until the driver listens; return its port.

        Raises:
            BrowserError: The driver ended before that, or took too long.
        """
        output = b""
        deadline = time.monotonic() + _START_TIMEOUT
        assert self.process.stdout
        with self.process.stdout as pipe, selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while selector.select(deadline - time.monotonic()):
                data = pipe.read(65536)
                output += data
                listens = _LISTENS.search(output)
                if listens:
                    return int(listens[1])
                if not data:
                    break
        self.stop()
        printed = output.decode(errors="replace").strip() or "nothing"
        raise BrowserError(f"{self.command[0]} did not get to listen on a port; it said: {printed}")
