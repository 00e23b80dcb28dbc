"""Coverage of servers in child processes, in contexts that the test process names."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol
from weakref import WeakSet


class _Child(Protocol):
    def switch_coverage(self, context: str) -> None:
        """Count what the child does from now on for a context."""


class _ChildCoverage:
    """The test process's part: whether children are measured, and for which context."""

    def __init__(self) -> None:
        self._options: dict[str, Any] | None = None
        self._context = ""
        self._children: WeakSet[Any] = WeakSet()

    @property
    def instructions(self) -> dict[str, Any] | None:
        """What a new child needs for `measured`; None if it is not to be measured."""
        if self._options is None:
            return None
        return {"context": self._context, **self._options}

    def start(self, data_file: str, options: dict[str, Any]) -> None:
        """Measure children that are started from now on.

        Args:
            data_file: Where coverage.py writes; each child adds a suffix of its own.
            options: Further arguments of `coverage.Coverage`.
        """
        self._options = {"data_file": data_file, **options}

    def stop(self) -> None:
        """Measure no children that are started from now on."""
        self._options = None

    def add(self, child: _Child) -> None:
        """Register a child, whose `switch_coverage` is called when the context changes."""
        if self._options is not None:
            self._children.add(child)

    def switch(self, context: str) -> None:
        """Switch the context in all children, and in those that are started from now on."""
        self._context = context
        for child in list(self._children):
            child.switch_coverage(context)


# The children of this process that are measured; none unless the listener `robot_cherrypy.coverage`
# is used. A child is removed when nobody uses its server any more.
CHILD_COVERAGE = _ChildCoverage()


@contextlib.contextmanager
def measured(instructions: dict[str, Any] | None) -> Iterator[Callable[[str], Any]]:
    """Measure this process, which is a child; yield a function that switches the context.

    Args:
        instructions: See `CHILD_COVERAGE.instructions`. With None, nothing is measured.
    """
    if instructions is None:
        yield lambda _context: None
        return
    from coverage import Coverage  # noqa: PLC0415 - an extra, which the test process has found

    options = dict(instructions)
    context = options.pop("context")
    coverage = Coverage(data_suffix=True, **options)
    coverage.start()
    coverage.switch_context(context)
    try:
        yield coverage.switch_context
    finally:
        coverage.stop()
        coverage.save()
