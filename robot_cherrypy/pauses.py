"""The pauses of a test, in which a person looks at it: no time-out counts meanwhile."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any


class _Pauses:
    """Which threads pause the test, and how long it has been paused so far."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._pausing: list[int] = []  # identifiers of threads; one that pauses twice is here twice
        self._began = 0.0
        self._seconds = 0.0

    @property
    def seconds(self) -> float:
        """How long all pauses together have lasted, in seconds."""
        with self._changed:
            current = time.monotonic() - self._began if self._pausing else 0.0
            return self._seconds + current

    def monotonic(self) -> float:
        """Return a time in seconds like that of `time.monotonic`, which stands still in a pause.

        Deadlines are of this time: what waits for a paused application waits on.
        """
        return time.monotonic() - self.seconds

    @contextlib.contextmanager
    def pause(self) -> Iterator[None]:
        """Pause the test for the time of a `with` block, whichever thread this is."""
        here = threading.get_ident()
        with self._changed:
            if not self._pausing:
                self._began = time.monotonic()
            self._pausing.append(here)
        try:
            yield
        finally:
            with self._changed:
                self._pausing.remove(here)
                if not self._pausing:
                    self._seconds += time.monotonic() - self._began
                    self._changed.notify_all()

    def wait_until_over(self) -> None:
        """Wait while another thread pauses the test."""
        here = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: all(thread == here for thread in self._pausing))


class StandingTime:
    """Stands in for the module `time` in modules that wait: in a pause its time stands still."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @staticmethod
    def time() -> float:
        """Return the time since 1970 without pauses, in seconds."""
        return time.time() - PAUSES.seconds

    @staticmethod
    def monotonic() -> float:
        """See `PAUSES.monotonic`."""
        return PAUSES.monotonic()


# The pauses of this process, which has one terminal.
PAUSES = _Pauses()
