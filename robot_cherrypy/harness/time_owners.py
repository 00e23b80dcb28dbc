"""Which code has the application's time, which may be moved, and which the real time.

The nearest frame of the calling stack that belongs to one of both sides decides. So what a library
of the test calls has the real time, and what the application calls has the application's time,
whatever packages of others lie between; and a library that calls a function of the application
gets there what the application would get. Threads of servers have no frame of the test.
"""

from collections.abc import Iterable
from enum import Enum, auto
from types import FrameType


class _Owner(Enum):
    """What a module is, by the longest entry of a table that it is or is below."""

    APPLICATION = auto()
    """It has the application's time, and so has what it calls."""
    TEST = auto()
    """It has the real time, and so has what it calls."""
    MACHINERY = auto()
    """It has the real time itself; it may be called by either side, and call either side."""
    NOBODY = auto()
    """It has the time of its caller."""


_OWNERS = {
    "cherrypy": _Owner.APPLICATION,
    # What applications see of the servers' times, such as cheroot's uptime.
    "cheroot.server": _Owner.APPLICATION,
    "robot_cherrypy.aio": _Owner.APPLICATION,
    "robot_cherrypy.hosting": _Owner.APPLICATION,
    "robot_cherrypy.patches": _Owner.APPLICATION,
    # By this library a test asks for the application's time.
    "robot.libraries.DateTime": _Owner.APPLICATION,
    "robot": _Owner.TEST,
    "SeleniumLibrary": _Owner.TEST,
    "selenium": _Owner.TEST,
    "robot_cherrypy.browser": _Owner.TEST,
    "robot_cherrypy.evidence": _Owner.TEST,
    "robot_cherrypy.pages": _Owner.TEST,
    "robot_cherrypy.stack": _Owner.TEST,
    # The time-outs of connections, and the records of what happened.
    "cheroot": _Owner.MACHINERY,
    "uvicorn": _Owner.MACHINERY,
    "urllib3": _Owner.MACHINERY,
    "robot_cherrypy": _Owner.MACHINERY,
}


class TimeOwners:
    """Knows the modules of applications and of the test."""

    def __init__(self) -> None:
        self._owners = dict(_OWNERS)
        self._libraries: frozenset[str] = frozenset()
        self._applications: set[str] = set()
        # What was found for each module that has asked, as asking must not take long.
        self._known: dict[str, _Owner] = {}

    def add_application(self, module: str) -> None:
        """Give a module and all of its top-level package the application's time."""
        self._applications.add(module)
        self._refresh()

    def set_libraries(self, modules: Iterable[str]) -> None:
        """Let the modules and packages of the test's libraries keep the real time.

        A package with an application in it is left out: only the module has the real time there.
        """
        libraries = frozenset(modules)
        if libraries != self._libraries:
            self._libraries = libraries
            self._refresh()

    def is_real_for(self, caller: FrameType) -> bool:
        """Whether code has the real time.

        Args:
            caller: The frame that asks for the time.
        """
        if "__name__" not in caller.f_globals:
            return False  # an expression in a suite: it asks as the DateTime library does
        owner = self._owner_of(caller)
        if owner is _Owner.MACHINERY:
            return True
        frame: FrameType | None = caller
        while frame is not None:
            owner = self._owner_of(frame)
            if owner in {_Owner.APPLICATION, _Owner.TEST}:
                return owner is _Owner.TEST
            frame = frame.f_back
        return False

    def _refresh(self) -> None:
        owners = dict(_OWNERS)
        for module in self._applications:
            owners.setdefault(module.partition(".")[0], _Owner.APPLICATION)
        for module in self._libraries - self._applications:
            package = module.rpartition(".")[0]
            for name in (module, package):
                if name and not any(_is_below(other, name) for other in self._applications):
                    owners.setdefault(name, _Owner.TEST)
        # Both are replaced and not changed: threads of servers read them meanwhile.
        self._owners, self._known = owners, {}

    def _owner_of(self, frame: FrameType) -> _Owner:
        name = str(frame.f_globals.get("__name__", ""))
        known = self._known
        owner = known.get(name)
        if owner is None:
            owner = known[name] = self._look_up(name)
        return owner

    def _look_up(self, module: str) -> _Owner:
        owners = self._owners
        while module:
            if module in owners:
                return owners[module]
            module = module.rpartition(".")[0]
        return _Owner.NOBODY


def _is_below(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
