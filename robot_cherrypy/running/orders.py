"""What a warm process is told, and what it tells of a run of Robot Framework."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_cherrypy.browser.prepared import Opening

if TYPE_CHECKING:
    from robot_cherrypy.harness.server_thread import Kind

# Sends an object to the process that gave the order; it has to be picklable.
Send = Callable[[object], None]

# Makes a listener in the process of a run, which tells by the function what it has to say.
MakeListener = Callable[[Send], object]


@dataclass(frozen=True)
class Selection:
    """Some tests of a run.

    Attributes:
        tests: By the file of a suite the full names of its tests; None for all of them.
    """

    tests: Mapping[Path, frozenset[str] | None]

    def __or__(self, other: "Selection") -> "Selection":
        """Return what is in either."""
        both = dict(self.tests)
        for suite, names in other.tests.items():
            mine = both.get(suite, frozenset())
            both[suite] = None if names is None or mine is None else names | mine
        return Selection(both)

    def without(self, suites: set[Path]) -> "Selection":
        """Return what is in other suites."""
        return Selection({path: names for path, names in self.tests.items() if path not in suites})

    def whole(self) -> set[Path]:
        """Return the suites of which all tests are selected."""
        return {path for path, names in self.tests.items() if names is None}

    def existing(self) -> "Selection":
        """Return what is in files that are there."""
        return Selection({path: names for path, names in self.tests.items() if path.is_file()})


@dataclass(frozen=True, kw_only=True)
class Order:
    """A run of Robot Framework.

    Attributes:
        sources: The suites.
        options: Robot's options by their long names, as `robot.run` takes them.
        selection: Which tests are run; None for all.
        servers: The kinds of servers on which each test is run, by the variable `SERVER`, in one
            suite for each of them; none if the suites say it.
        is_retry: Whether the results are merged into those that are there.
    """

    sources: Sequence[str]
    options: Mapping[str, Any] = field(default_factory=dict)
    selection: Selection | None = None
    servers: "Sequence[Kind]" = ()
    is_retry: bool = False


@dataclass(frozen=True)
class Stop:
    """The run is to end now, as after Ctrl-C: teardowns are still run."""


@dataclass(frozen=True)
class Printed:
    """A line was printed.

    Attributes:
        line: Without its end.
        is_problem: Whether Robot Framework has printed it: an error or a warning.
    """

    line: str
    is_problem: bool


@dataclass(frozen=True)
class Finished:
    """The run has ended, and its reports are written.

    Attributes:
        code: Robot's exit code.
        openings: The browsers that it opened, first to last.
    """

    code: int
    openings: tuple[Opening, ...]
