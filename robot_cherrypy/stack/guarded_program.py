"""A program of the stack: it cannot outlive this process, and its output is kept."""

import re
import signal
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from robot_cherrypy.errors import StackError
from robot_cherrypy.processes.guard import Guard
from robot_cherrypy.processes.output import Output

# How often a wait checks its condition while the program prints nothing, in seconds. A check may
# put a question to the program, which should not be busy with that.
_INTERVAL = 0.1

# The guarded programs of this process; each adds itself when it starts, and removes itself when it
# stops.
_PROGRAMS: "weakref.WeakSet[GuardedProgram]" = weakref.WeakSet()


def running_programs() -> list["GuardedProgram"]:
    """Return the guarded programs of this process that were not stopped yet, by name."""
    return sorted(_PROGRAMS, key=lambda program: program.name)


class GuardedProgram:
    """A program that ends together with this process, however this process ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        stop_signal: signal.Signals,
        stop_timeout: float = 5.0,
        descriptors: Sequence[int] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        parent_folder: str | None = None,
    ) -> None:
        """Start the program: `name` is what errors call it, `Guard` explains the rest."""
        self.name = name
        self.output = Output()
        self._ended = False
        self._output_changed = threading.Condition()
        self._guard = Guard(
            command,
            stop_signal=stop_signal,
            stop_timeout=stop_timeout,
            descriptors=descriptors,
            environment=environment,
            parent_folder=parent_folder,
        )
        self._reader = threading.Thread(target=self._read_output, name=name, daemon=True)
        self._reader.start()
        _PROGRAMS.add(self)

    @property
    def folder(self) -> Path:
        """The folder that the program runs in, which is deleted when it ends."""
        return self._guard.folder

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        return self._ended

    def wait_for_line(self, pattern: str, timeout: float, *, after: int = 0) -> str:
        """Wait for a line of output and return it.

        Args:
            pattern: A regular expression to search for.
            timeout: In seconds.
            after: How many lines of the output to skip, because they are older.

        Raises:
            StackError: The program ended before that, or the time is over.
        """
        matches: list[str] = []

        def is_there() -> bool:
            matches.extend(line for line in self.output.after(after) if re.search(pattern, line))
            return bool(matches)

        self.wait_until(is_there, timeout, f"did not say '{pattern}'")
        return matches[0]

    def wait_until(self, condition: Callable[[], bool], timeout: float, failure: str) -> None:
        """Wait until a condition is true; it is checked whenever the program prints a line.

        Args:
            condition: Returns whether it is true.
            timeout: In seconds.
            failure: What the error message says of the program, such as `did not start`.

        Raises:
            StackError: The program ended before that, or the time is over.
        """
        deadline = time.monotonic() + timeout
        with self._output_changed:
            while not condition():
                if self._ended:
                    raise StackError(f"{self.name} {failure}: it ended{self.output.tail}")
                if time.monotonic() >= deadline:
                    raise StackError(
                        f"{self.name} {failure} within {timeout:g} s{self.output.tail}"
                    )
                self._output_changed.wait(_INTERVAL)

    def stop(self) -> None:
        """Stop the program; return when no process and no file of it is left."""
        _PROGRAMS.discard(self)
        self._guard.request_stop()
        self._reader.join()
        self._guard.stop()

    def _read_output(self) -> None:
        buffered = b""
        while data := self._read():
            *lines, buffered = (buffered + data).split(b"\n")
            self._add([line.decode(errors="replace") + "\n" for line in lines])
        self._add([buffered.decode(errors="replace")] if buffered else [], ended=True)

    def _read(self) -> bytes:
        assert self._guard.process.stdout
        try:
            return self._guard.process.stdout.read(65536) or b""
        except ValueError:  # the guard's finalizer has closed it, at the end of this process
            return b""

    def _add(self, lines: list[str], *, ended: bool = False) -> None:
        with self._output_changed:
            self.output.add(lines)
            self._ended = ended
            self._output_changed.notify_all()
