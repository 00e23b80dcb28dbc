"""The clock of this process: moved for applications under test, real for all around them."""

import datetime as dt
import sys
import time
import types
from typing import Any

from robot_cherrypy.errors import MissingExtraError

# Waits, time-outs and reports of the test itself, and the connections of servers: their time is
# none of the application's. Robot's DateTime library tells the time that the test has chosen.
_REAL = ("robot", "SeleniumLibrary", "selenium", "urllib3", "robot_cherrypy", "cheroot", "uvicorn")
_MOVED = ("robot.libraries.DateTime", "robot_cherrypy.aio", "cheroot.server")


class Clock:
    """Moves `time.time()` and its like; `time.monotonic()` goes on as ever."""

    def __init__(self) -> None:
        self._travel: Any = None
        self._traveller: Any = None
        self._kept: list[tuple[types.ModuleType, str, Any]] = []

    @property
    def is_moved(self) -> bool:
        """Whether it is not the real one."""
        return self._travel is not None

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self.is_moved and not self._travel.tick

    def now(self) -> dt.datetime:
        """Return what applications take for the time, in the local time zone."""
        return dt.datetime.now().astimezone()

    def offset(self) -> float:
        """Return by how much it is ahead of the real one, in seconds."""
        return time.time() - self._hatch().time.time() if self._travel else 0.0

    def move(self, to: dt.datetime, *, frozen: bool) -> None:
        """Set it.

        Raises:
            MissingExtraError: The package that can do it is not installed.
        """
        time_machine = _time_machine()
        self.put_back()
        # With a time zone's name the library would change that of the whole process.
        moment = to.astimezone().timestamp()
        self._travel = time_machine.travel(moment, tick=not frozen)
        self._keep_real()
        self._traveller = self._travel.start()

    def shift(self, by: dt.timedelta) -> None:
        """Set it ahead, or back."""
        if self._traveller is None:
            self.move(self.now() + by, frozen=False)
        else:
            self._traveller.shift(by)

    def put_back(self) -> None:
        """Return to the real time; pass if it is that."""
        if self._travel is None:
            return
        self._travel.stop()
        self._travel = self._traveller = None
        for module, name, value in self._kept:
            setattr(module, name, value)
        self._kept.clear()

    def _keep_real(self) -> None:
        """Give modules that are not the application's the real functions under their old names."""
        replacements = _replacements(self._hatch())
        for module in _modules():
            for name, value in list(vars(module).items()):
                for original, replacement in replacements:
                    if value is original:
                        self._kept.append((module, name, value))
                        setattr(module, name, replacement)

    @staticmethod
    def _hatch() -> Any:
        return _time_machine().escape_hatch


def _time_machine() -> Any:
    try:
        import time_machine  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError("Moving the clock", "clock") from error
    return time_machine


def _modules() -> list[types.ModuleType]:
    here = sys.modules[__name__]
    return [
        module
        for name, module in list(sys.modules.items())
        if isinstance(module, types.ModuleType)
        and module is not here
        and _is_below(name, _REAL)
        and not _is_below(name, _MOVED)
    ]


def _is_below(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in packages)


def _replacements(hatch: Any) -> list[tuple[Any, Any]]:
    real_time = types.ModuleType("time")
    vars(real_time).update(vars(time))
    functions: list[tuple[Any, Any]] = []
    for name in ("time", "time_ns", "localtime", "gmtime", "strftime"):
        function = getattr(hatch.time, name)
        functions.append((getattr(time, name), function))
        setattr(real_time, name, function)
    return [(time, real_time), (dt.datetime, _real_datetime(hatch)), *functions]


def _real_datetime(hatch: Any) -> type[dt.datetime]:
    class Meta(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, dt.datetime)

    class RealDatetime(dt.datetime, metaclass=Meta):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Any:
            return hatch.datetime.datetime.now(tz)

        @classmethod
        def today(cls) -> Any:
            return hatch.datetime.datetime.today()

        @classmethod
        def utcnow(cls) -> Any:
            return hatch.datetime.datetime.utcnow()

    return RealDatetime


CLOCK = Clock()
"""The one of this process."""
