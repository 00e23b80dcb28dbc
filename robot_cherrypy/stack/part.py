"""What every part of the stack is: a program under guard whose output is kept."""

import re
import signal
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from robot_cherrypy.errors import StackError
from robot_cherrypy.processes.guarding import Guard
from robot_cherrypy.processes.output import Output

# How often a wait looks again while the program prints nothing, in seconds.
_INTERVAL = 0.1

_running: "weakref.WeakSet[Part]" = weakref.WeakSet()


def running() -> list["Part"]:
    """Return the parts that run in this process' care, by name."""
    return sorted(_running, key=lambda part: part.name)


class Part:
    """A program that cannot outlive this process."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        stop_signal: signal.Signals,
        descriptors: Sequence[int] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        parent: str | None = None,
    ) -> None:
        """Start it; see `Guard` for the arguments.

        Args:
            name: How errors call it.
            command: The program's path and its arguments.
            stop_signal: What asks it to end.
            descriptors: Files of this process that it inherits.
            environment: Variables besides those of this process.
            parent: Where its folder is made; the usual place for temporary files by default.
        """
        self.name = name
        self.output = Output()
        self._ended = False
        self._news = threading.Condition()
        self._guard = Guard(
            command,
            stop_signal=stop_signal,
            descriptors=descriptors,
            environment=environment,
            parent=parent,
        )
        self._drain = threading.Thread(target=self._read_output, name=name, daemon=True)
        self._drain.start()
        _running.add(self)

    @property
    def folder(self) -> Path:
        """Where it runs; it is deleted with it."""
        return self._guard.folder

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._ended

    def await_line(self, pattern: str, timeout: float, *, after: int = 0) -> str:
        """Wait for a line of output.

        Args:
            pattern: A regular expression that is searched for.
            timeout: In seconds.
            after: How many lines do not count because they are older.

        Raises:
            StackError: It ended, or took too long.
        """
        found: list[str] = []

        def is_there() -> bool:
            found.extend(line for line in self.output.after(after) if re.search(pattern, line))
            return bool(found)

        self.wait_until(is_there, timeout, f"did not say '{pattern}'")
        return found[0]

    def wait_until(self, condition: Callable[[], bool], timeout: float, failure: str) -> None:
        """Wait for something that may change whenever the program prints a line.

        Args:
            condition: Tells whether it is so.
            timeout: In seconds.
            failure: What is said of the program if it is not, such as `did not start`.

        Raises:
            StackError: The program ended, or it took too long.
        """
        deadline = time.monotonic() + timeout
        with self._news:
            while not condition():
                if self._ended:
                    raise StackError(f"{self.name} {failure}: it ended{self.output.tail}")
                if time.monotonic() >= deadline:
                    raise StackError(
                        f"{self.name} {failure} within {timeout:g} s{self.output.tail}"
                    )
                self._news.wait(_INTERVAL)

    def end(self) -> None:
        """End it; nothing of it is left."""
        _running.discard(self)
        self._guard.order_end()
        self._drain.join()
        self._guard.end()

    def _read_output(self) -> None:
        buffered = b""
        while data := self._more():
            *lines, buffered = (buffered + data).split(b"\n")
            self._keep([line.decode(errors="replace") + "\n" for line in lines])
        self._keep([buffered.decode(errors="replace")] if buffered else [], ended=True)

    def _more(self) -> bytes:
        assert self._guard.process.stdout
        try:
            return self._guard.process.stdout.read(65536) or b""
        except ValueError:  # closed at the end of this process by the guard's finalizer
            return b""

    def _keep(self, lines: list[str], *, ended: bool = False) -> None:
        with self._news:
            self.output.add(lines)
            self._ended = ended
            self._news.notify_all()
