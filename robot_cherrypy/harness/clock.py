"""The clock of this process: moved for applications under test, and real for everything else."""

import datetime as dt
import time
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from robot_cherrypy.errors import MissingExtraError
from robot_cherrypy.harness.time_owners import TimeOwners
from robot_cherrypy.patches.real_time import time_by_caller
from robot_cherrypy.patches.replacements import Replacements

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class _Shift:
    """How the time of applications follows from the real one, in nanoseconds.

    Attributes:
        ahead: How far it is ahead.
        stands_at: The moment at which it stands still, or None.
    """

    ahead: int = 0
    stands_at: int | None = None

    def of(self, real: int) -> int:
        """Return the moved time."""
        return real + self.ahead if self.stands_at is None else self.stands_at

    def by(self, distance: int) -> "_Shift":
        """Return the shift to a time that is a distance later."""
        if self.stands_at is None:
            return replace(self, ahead=self.ahead + distance)
        return replace(self, stands_at=self.stands_at + distance)


class _Clock:
    """Moves `time.time()`, `datetime.now()` and the like; `time.monotonic()` stays as it is.

    Requests are served meanwhile, on other threads. So time is moved and put back by one
    assignment, to `_shift`. Python's functions are replaced once, when they tell everybody the real
    time, and stay so until the process ends: a thread might be inside one that is restored.
    """

    def __init__(self) -> None:
        self.owners = TimeOwners()
        self._shift: _Shift | None = None
        self._traveller: Any = None
        self._replacements = Replacements()

    @property
    def is_moved(self) -> bool:
        """Whether applications have another time than the real one."""
        return self._shift is not None

    @property
    def is_frozen(self) -> bool:
        """Whether the time of applications stands still."""
        return self._shift is not None and self._shift.stands_at is not None

    def now(self) -> dt.datetime:
        """Return the time that applications have, in the local time zone."""
        return self._datetime((self._shift or _Shift()).of(time.time_ns()))

    def offset(self) -> float:
        """Return how far the time of applications is ahead of the real one, in seconds."""
        real = time.time_ns()
        return ((self._shift or _Shift()).of(real) - real) / 1e9

    def move(self, to: dt.datetime, *, frozen: bool) -> None:
        """Set the time of applications.

        Args:
            to: The time that they have from now on.
            frozen: Whether it stands still; otherwise it goes on from there.

        Raises:
            MissingExtraError: The package `time-machine` is not installed.
        """
        moment = _nanoseconds(to.astimezone() - _EPOCH)
        if frozen:
            self._set(_Shift(stands_at=moment))
        else:
            self._set(_Shift(ahead=moment - time.time_ns()))

    def shift(self, by: dt.timedelta) -> None:
        """Set the time of applications ahead, or back if `by` is negative."""
        self._set((self._shift or _Shift()).by(_nanoseconds(by)))

    def put_back(self) -> None:
        """Give applications the real time; do nothing if they have it."""
        if self._shift is not None:
            self._set(None)

    def _set(self, shift: _Shift | None) -> None:
        time_machine = _time_machine()
        real = time.time_ns()
        before, after = (self._shift or _Shift()).of(real), (shift or _Shift()).of(real)
        self._datetime(after)  # a time that Python cannot express is an error here
        if self._traveller is None:
            self._traveller = time_machine.travel(dt.timedelta(0)).start()
            time_by_caller(self._replacements, self._traveller, self._time_ns)
        self._shift = shift
        if after < before:  # then the package lets time-based UUIDs begin anew
            self._traveller.shift(dt.timedelta(microseconds=-1))

    def _time_ns(self, real: int, caller: FrameType) -> int:
        """Return the time that is the caller's."""
        shift = self._shift
        return real if shift is None or self.owners.is_real_for(caller) else shift.of(real)

    @staticmethod
    def _datetime(nanoseconds: int) -> dt.datetime:
        return (_EPOCH + dt.timedelta(microseconds=nanoseconds // 1000)).astimezone()


def _nanoseconds(distance: dt.timedelta) -> int:
    return distance // dt.timedelta(microseconds=1) * 1000


def _time_machine() -> Any:
    try:
        import time_machine  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError("Moving the clock", "clock") from error
    return time_machine


# The clock of this process. Who moves it plans that it is put back, with `cleanup.Cleanup`.
CLOCK = _Clock()
