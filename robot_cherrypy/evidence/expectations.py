"""Server errors that a test expects."""

import fnmatch
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from robot_cherrypy.traffic.exchange import ServerFailure

_MATCHERS: dict[str, Callable[[str, str], bool]] = {
    "GLOB:": fnmatch.fnmatchcase,
    "EQUALS:": lambda text, pattern: text == pattern,
    "STARTS:": lambda text, pattern: text.startswith(pattern),
    "REGEXP:": lambda text, pattern: re.fullmatch(pattern, text, re.DOTALL) is not None,
}


@dataclass(eq=False)
class Expectation:
    """An error that has to come, `count` times."""

    pattern: str
    type: str = ""
    status: int | None = None
    count: int = 1
    met: list[ServerFailure] = field(default_factory=list)

    def __str__(self) -> str:
        """Say what is expected."""
        details = [f"type {self.type}"] if self.type else []
        details += [f"status {self.status}"] if self.status is not None else []
        described = f"'{self.pattern}'" + (f" ({', '.join(details)})" if details else "")
        return described if self.count == 1 else f"{described}, {self.count} times"

    def fits(self, failure: ServerFailure) -> bool:
        """Whether an error is the expected one."""
        return (
            matches(failure.error, self.pattern)
            and self.type in {"", failure.type}
            and self.status in {None, failure.status}
        )


def matches(text: str, pattern: str) -> bool:
    """Compare as `Run Keyword And Expect Error` does: a glob pattern, or what a prefix says."""
    for prefix, matcher in _MATCHERS.items():
        if pattern.startswith(prefix):
            return matcher(text, pattern[len(prefix) :].lstrip())
    return fnmatch.fnmatchcase(text, pattern)


class Expectations:
    """What the running test expects."""

    def __init__(self) -> None:
        self._expected: list[Expectation] = []

    def add(self, expectation: Expectation) -> None:
        """Expect something more."""
        self._expected.append(expectation)

    def clear(self) -> None:
        """Expect nothing any more."""
        self._expected.clear()

    def unexpected(self, failures: list[ServerFailure]) -> list[ServerFailure]:
        """Take the expected ones away; return the rest."""
        return [one for one in failures if not self._consume(one)]

    def unmet(self) -> list[Expectation]:
        """Return those that did not come, or not as often as they should."""
        return [one for one in self._expected if len(one.met) != one.count]

    def _consume(self, failure: ServerFailure) -> bool:
        for one in self._expected:
            if failure in one.met:
                return True
        for one in self._expected:
            if len(one.met) < one.count and one.fits(failure):
                one.met.append(failure)
                return True
        return False
