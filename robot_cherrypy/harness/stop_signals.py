"""What SIGTERM and Ctrl-C do to `robot-cherrypy serve`, whenever they come and however often.

CherryPy's own handler of SIGTERM calls `bus.exit` each time (18.10, `cherrypy/process/plugins.py`,
SignalHandler). A second one then calls the stop listeners again, inside of the first stop, which
still waits for requests: their database is closed under them. During a start it ends the process
with 70. And before the start there is no handler, so that the first process of a container, which
the kernel gives no default ones, ignores the signal.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

# What a shell reports of a command that Ctrl-C has ended.
_INTERRUPTED = 130


@contextlib.contextmanager
def ending_process() -> Iterator[None]:
    """End this process with 0 at a signal, until a bus takes over or this is left."""
    previous = {
        number: signal.signal(number, lambda *_: os._exit(0))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


class StopSignals:
    """Stops a bus at the first signal. More change nothing, but a second Ctrl-C ends the process.

    Args:
        bus: CherryPy's engine.
    """

    def __init__(self, bus: Any) -> None:
        self._bus = bus
        self._handle_by_bus: Any = None
        self._has_begun = False  # a second signal may come before the bus has another state
        bus.signal_handler.handlers |= {"SIGTERM": self._stop, "SIGINT": self._stop}

    def subscribe(self) -> None:
        """Let the bus handle signals."""
        self._bus.signals.subscribe()
        self._handle_by_bus = signal.signal(signal.SIGINT, self._interrupt)

    def _stop(self) -> None:
        states = self._bus.states
        state = self._bus.state
        if self._is_stopping:
            self._bus.execv = False  # a restart becomes an end
            return
        self._has_begun = True
        if state is states.STARTING:
            self._bus.state = states.STOPPED  # else `exit` ends the process with 70
        self._bus.exit()
        if state is not states.STARTED:
            sys.exit(0)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Handle Ctrl-C. A second one does not depend on the log.

        It may come while a line of the log is written, and then the log takes no other line:
        `io.BufferedWriter` is not reentrant.
        """
        if self._is_stopping:
            try:
                self._bus.log("Ended by a second Ctrl-C")
            finally:
                os._exit(_INTERRUPTED)
        self._handle_by_bus(number, frame)

    @property
    def _is_stopping(self) -> bool:
        states = self._bus.states
        return self._has_begun or self._bus.state in (states.STOPPING, states.EXITING)
