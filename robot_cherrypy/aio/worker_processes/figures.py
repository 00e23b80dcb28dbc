"""Figures of the worker processes, in memory that all of them share."""

import mmap
import os
import time
from dataclasses import dataclass

# How many of the eight-byte integers one worker process has, in the order of `WorkerProcess`.
_FIELDS = 6
_INTEGER = 8


@dataclass(frozen=True)
class WorkerProcess:
    """Figures of one worker process. What is counted is at most about a second old.

    Attributes:
        number: From 0 on.
        pid: The process.
        since: When it became ready, in seconds since 1970.
        starts: How many processes have become ready under this number, reloads included.
        requests: How many responses this process has completed.
        in_flight: How many requests it is answering.
        connections: How many clients are connected to it.
    """

    number: int
    pid: int
    since: int
    starts: int
    requests: int
    in_flight: int
    connections: int


class Figures:
    """The figures of all worker processes of one parent.

    Args:
        descriptor: Of the file that the processes share.
        count: The number of worker processes.
    """

    def __init__(self, descriptor: int, count: int) -> None:
        self._count = count
        self._memory = mmap.mmap(descriptor, _size(count))
        self._integers = memoryview(self._memory).cast("q")

    def begin(self, number: int, pid: int) -> None:
        """Note that a worker process has become ready."""
        place = number * _FIELDS
        starts = self._integers[place + 2] + 1
        for offset, value in enumerate((pid, int(time.time()), starts, 0, 0, 0)):
            self._integers[place + offset] = value

    def update(self, number: int, requests: int, in_flight: int, connections: int) -> None:
        """Write what this process has counted, unless another one has taken its place."""
        place = number * _FIELDS
        if self._integers[place] == os.getpid():
            for offset, value in enumerate((requests, in_flight, connections), 3):
                self._integers[place + offset] = value

    def read(self) -> tuple[WorkerProcess, ...]:
        """Return the figures of those that have become ready."""
        rows = (
            WorkerProcess(number, *self._integers[number * _FIELDS : (number + 1) * _FIELDS])
            for number in range(self._count)
        )
        return tuple(row for row in rows if row.pid)

    def close(self) -> None:
        """Give the memory back."""
        self._integers.release()
        self._memory.close()


def make_file(count: int) -> int:
    """Return the descriptor of a new file for figures, which has no name."""
    import tempfile  # noqa: PLC0415 - only the parent needs it

    with tempfile.TemporaryFile() as file:
        file.truncate(_size(count))
        return os.dup(file.fileno())


def _size(count: int) -> int:
    return count * _FIELDS * _INTEGER
