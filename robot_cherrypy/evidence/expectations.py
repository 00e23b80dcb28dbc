"""Server errors that a test expects."""

import fnmatch
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from robot_cherrypy.traffic.exchange import RecordedError

# As those of Robot's `Run Keyword And Expect Error`.
_MATCHERS: dict[str, Callable[[str, str], bool]] = {
    "GLOB:": fnmatch.fnmatchcase,
    "EQUALS:": lambda text, pattern: text == pattern,
    "STARTS:": lambda text, pattern: text.startswith(pattern),
    "REGEXP:": lambda text, pattern: re.fullmatch(pattern, text, re.DOTALL) is not None,
}


@dataclass(frozen=True)
class Count:
    """How often something has to come: from `least` to `most` times; None for no limit."""

    least: int
    most: int | None

    @classmethod
    def parse(cls, text: str) -> "Count":
        """Read a number, such as `3`, or `2+` for two or more, or `any`.

        Raises:
            ValueError: It is none of these.
        """
        if text.strip().lower() == "any":
            return cls(0, None)
        number = re.fullmatch(r"\s*(\d+)\s*(\+?)\s*", text)
        if number is None:
            raise ValueError(f"'{text}' is no count: it is a number, such as 3, or 2+, or any.")
        least = int(number[1])
        return cls(least, None if number[2] else least)

    def __str__(self) -> str:
        """Return what messages say after the name of the thing; nothing for once."""
        if self == Count(1, 1):
            return ""
        if self.most is not None:
            return f", {self.least} times"
        return f", at least {self.least} time{'' if self.least == 1 else 's'}" if self.least else ""


@dataclass(eq=False)
class Expectation:
    """An error that has to come.

    Attributes:
        pattern: Matches type and message of the error, as in `Run Keyword And Expect Error`.
        type: Name of the exception's class; empty for any.
        status: HTTP status of the response; None for any.
        count: How many such errors have to come.
        errors: Those that came.
        until: When the test stopped to expect it, in seconds of `time.monotonic`; None if it still
            does. Errors whose request came later are not expected.
    """

    pattern: str
    type: str = ""
    status: int | None = None
    count: Count = Count(1, 1)
    errors: list[RecordedError] = field(default_factory=list)
    until: float | None = None

    def __str__(self) -> str:
        """Return the pattern and the other conditions."""
        conditions = [f"type {self.type}"] if self.type else []
        conditions += [f"status {self.status}"] if self.status is not None else []
        described = f"'{self.pattern}'" + (f" ({', '.join(conditions)})" if conditions else "")
        return f"{described}{self.count}"

    @property
    def is_met(self) -> bool:
        """Whether as many errors came as have to."""
        return len(self.errors) >= self.count.least

    @property
    def is_full(self) -> bool:
        """Whether as many errors came as may."""
        return self.count.most is not None and len(self.errors) >= self.count.most

    def matches(self, error: RecordedError) -> bool:
        """Whether an error is the expected one."""
        came = error.exchange.started if error.exchange else error.at
        return (
            (self.until is None or came <= self.until)
            and _matches(error.error, self.pattern)
            and self.type in {"", error.type}
            and self.status in {None, error.status}
        )


def _matches(text: str, pattern: str) -> bool:
    for prefix, matcher in _MATCHERS.items():
        if pattern.startswith(prefix):
            return matcher(text, pattern[len(prefix) :].lstrip())
    return fnmatch.fnmatchcase(text, pattern)


class Expectations:
    """The server errors that the running test expects."""

    def __init__(self) -> None:
        self._expectations: list[Expectation] = []

    def add(self, expectation: Expectation) -> None:
        """Add an expectation."""
        self._expectations.append(expectation)

    def clear(self) -> None:
        """Remove all expectations."""
        self._expectations.clear()

    def stop(self) -> None:
        """Expect nothing of what comes from now on."""
        for expectation in self._expectations:
            if expectation.until is None:
                expectation.until = time.monotonic()

    def unexpected(self, errors: list[RecordedError]) -> list[RecordedError]:
        """Return the errors that are not expected; count the others for their expectations.

        An error may be given again: it counts once.
        """
        return [error for error in errors if not self._is_expected(error)]

    def unmet(self) -> list[Expectation]:
        """Return the expectations that still hold and for which not enough errors have come."""
        return [
            expectation
            for expectation in self._expectations
            if expectation.until is None and not expectation.is_met
        ]

    def _is_expected(self, error: RecordedError) -> bool:
        if any(error in expectation.errors for expectation in self._expectations):
            return True
        # Those that still lack errors come first, so that `any` takes only what is left.
        for expectation in sorted(self._expectations, key=lambda expected: expected.is_met):
            if not expectation.is_full and expectation.matches(error):
                expectation.errors.append(error)
                return True
        return False
