"""A process that has imported everything and opened browsers before it is told what to run.

It is used for one run, so each run begins with fresh modules, servers and browsers, and ends
together with all of them. Where processes can be forked it is the fork of a server process of
`multiprocessing` that has imported everything once, and so is ready after some milliseconds.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from multiprocessing.util import get_temp_dir
from typing import Any

from robot_cherrypy.browser.prepared import Opening
from robot_cherrypy.running.orders import Finished, MakeListener, Order, Stop
from robot_cherrypy.running.warm_work import work

# macOS forks, too, but its system libraries may crash in the fork.
_METHOD = "forkserver" if sys.platform.startswith("linux") else "spawn"

# How long a process may take to end by itself after its run, in seconds: threads of the application
# that are no daemons keep it, and nothing of the run is lost any more.
_END_TIMEOUT = 2.0


class WarmProcess:
    """One such process.

    Args:
        openings: The browsers to open now, which the run probably opens first.
        listeners: What makes the listeners of the run.
        method: How `multiprocessing` starts the process.
    """

    def __init__(
        self,
        openings: Sequence[Opening] = (),
        listeners: Sequence[MakeListener] = (),
        method: str = _METHOD,
    ) -> None:
        context: Any = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(["robot_cherrypy.running.warm_imports"])
        get_temp_dir()  # from now on the process inherits its name, see `warm_work`
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=work, args=(theirs, tuple(openings), tuple(listeners))
        )
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        pid: int = self._process.pid
        return pid

    def run(self, order: Order, receive: Callable[[object], None]) -> None:
        """Run Robot Framework, and wait until it has finished.

        Args:
            order: What is run.
            receive: Called with each object that the run sends. The last is `Finished`, unless the
                process has died before that.
        """
        with contextlib.suppress(EOFError, OSError):  # it has died
            self._connection.send(order)
            while True:
                message = self._connection.recv()
                receive(message)
                if isinstance(message, Finished):
                    break

    def request_stop(self) -> None:
        """Ask the run to end as after Ctrl-C."""
        with contextlib.suppress(OSError):
            self._connection.send(Stop())

    def kill(self) -> None:
        """End the process now. Its browsers, servers and programs end with it."""
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self.pid, signal.SIGKILL)
        self._process.kill()

    def close(self) -> None:
        """Wait until the process has ended, and free what it used here.

        A process without an order ends at once.
        """
        self._connection.close()
        self._process.join(_END_TIMEOUT)
        if self._process.is_alive():
            self.kill()
            self._process.join()
        self._process.close()
