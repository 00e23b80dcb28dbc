"""The run that is on its way."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from robot_cherrypy.running.orders import Finished, Order, Selection
from robot_cherrypy.running.warm_process import WarmProcess
from robot_cherrypy.watch.records import Verdict

# How long the teardowns of a run that is stopped may take, in seconds.
_STOP_TIMEOUT = 5.0


@dataclass(frozen=True)
class RunEnded:
    """The run has told all that it has to tell."""


@dataclass
class CurrentRun:
    """A run in its process, and what it has told.

    Attributes:
        planned: The suites that it consists of.
        ended: Those that have ended.
        verdicts: Of its tests.
        finished: What it told last; None if its process has died.
        is_stopped: Whether it was asked to end before its time.
        began: When it was ordered, in seconds since the epoch.
        has_ended: Whether its last test has ended, so that only the reports are to be written.
    """

    process: WarmProcess
    order: Order
    planned: frozenset[Path] = frozenset()
    ended: set[Path] = field(default_factory=set)
    verdicts: list[Verdict] = field(default_factory=list)
    finished: Finished | None = None
    is_stopped: bool = False
    has_ended: bool = False
    began: float = field(default_factory=time.time)
    _killer: threading.Timer | None = None
    _start: float = field(default_factory=time.monotonic)

    def start(self, receive: Callable[[object], None]) -> None:
        """Begin.

        Args:
            receive: Called, on a thread, for each message of the run, and at last with `RunEnded`.
        """

        def run() -> None:
            self.process.run(self.order, receive)
            receive(RunEnded())

        threading.Thread(target=run, name="run", daemon=True).start()

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self._start

    def not_ended(self) -> set[Path]:
        """Return the suites that have not ended."""
        return set(self.planned) - self.ended

    def left(self) -> Selection | None:
        """Return what has not ended; None for all tests."""
        selection = self.order.selection
        if selection is None and self.planned:
            selection = Selection(dict.fromkeys(self.planned))
        return selection.without(self.ended) if selection else None

    def is_whole(self, suite: Path) -> bool:
        """Whether all tests of a suite are run."""
        selection = self.order.selection
        return selection is None or selection.tests.get(suite) is None

    def stop(self) -> None:
        """End the run, after its teardowns if they are quick. Return at once."""
        if not self.is_stopped:
            self.is_stopped = True
            if not self.has_ended:
                self.process.request_stop()
            self._killer = threading.Timer(_STOP_TIMEOUT, self.process.kill)
            self._killer.daemon = True
            self._killer.start()

    def close(self) -> None:
        """Wait for the end of the process."""
        if self._killer:
            self._killer.cancel()
        self.process.close()
