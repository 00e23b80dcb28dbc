"""Coverage of servers in child processes; their test process wants it and names the contexts."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakSet

_WANTED = "ROBOT_CHERRYPY_COVERAGE"
_CONTEXT = "ROBOT_CHERRYPY_COVERAGE_CONTEXT"

Tell = Callable[[str], None]

_listening: WeakSet[Any] = WeakSet()


def begin(data_file: str, options: dict[str, Any]) -> None:
    """Want coverage of children that are started from now on."""
    os.environ[_WANTED] = json.dumps({"data_file": data_file, **options})


def end() -> None:
    """Want it no more."""
    os.environ.pop(_WANTED, None)


def add(child: Any) -> None:
    """Let a child be told of contexts by its method `switch_coverage`."""
    if _WANTED in os.environ:
        _listening.add(child)


def switch(context: str) -> None:
    """Tell all children for whom they work now."""
    os.environ[_CONTEXT] = context
    for child in list(_listening):
        child.switch_coverage(context)


@contextlib.contextmanager
def measured() -> Iterator[Tell | None]:
    """Measure this process, a child, if that is wanted; give what switches contexts."""
    if _WANTED not in os.environ:
        yield None
        return
    from coverage import Coverage  # noqa: PLC0415 - an extra, which whoever wants this has

    coverage = Coverage(data_suffix=True, **json.loads(os.environ[_WANTED]))
    coverage.start()
    coverage.switch_context(os.environ[_CONTEXT])

    def switch_to(context: str) -> None:
        coverage.switch_context(context)

    try:
        yield switch_to
    finally:
        coverage.stop()
        coverage.save()
