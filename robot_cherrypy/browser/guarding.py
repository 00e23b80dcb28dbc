"""The guard of a browser driver."""

import re
import selectors
import time

from robot_cherrypy.errors import BrowserError
from robot_cherrypy.processes.guarding import Guard

START_TIMEOUT = 30.0
READY = re.compile(rb"(?:started successfully on port |Listening on \S*:)(\d+)")


class DriverGuard(Guard):
    """A driver that ends together with this process, and all its browsers with it."""

    def port(self) -> int:
        """Wait until the driver listens, and return its port.

        Raises:
            BrowserError: It ended before that, or took too long.
        """
        output = b""
        deadline = time.monotonic() + START_TIMEOUT
        assert self.process.stdout
        with self.process.stdout as pipe, selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while selector.select(deadline - time.monotonic()):
                data = pipe.read(65536)
                output += data
                ready = READY.search(output)
                if ready:
                    return int(ready[1])
                if not data:
                    break
        self.end()
        said = output.decode(errors="replace").strip() or "nothing"
        raise BrowserError(f"{self.command[0]} did not get to listen on a port; it said: {said}")
