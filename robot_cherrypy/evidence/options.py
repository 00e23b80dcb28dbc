"""Options of the library: how they are checked, and those that the listener reads."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, Literal, Self, get_type_hints

from robot.api import TypeInfo
from robot.errors import DataError

# From the least evidence to the most.
_EVIDENCE = ("never", "failure", "always")

# What the command line says, whatever suites do.
OVERRIDES: dict[str, object] = {}

_EvidenceOption = Literal["failure", "always", "never"]


@dataclass(frozen=True, kw_only=True)
class ListenerOptions:
    """What the library does at the ends of keywords and tests; see `CherryPyLibrary`."""

    timeout: timedelta = timedelta(seconds=5)
    fail_on_server_error: bool = True
    evidence: _EvidenceOption = "failure"
    wait_after_clicks: bool = True
    retry_checks: timedelta = timedelta()
    fail_on_browser_error: bool = False
    evidence_budget: timedelta = timedelta(seconds=2)
    debug: bool = False
    slow: timedelta = timedelta(0)

    @classmethod
    def from_import(cls, **given: object) -> Self:
        """Check and convert what an import gave.

        Robot Framework shows a `DataError` as one line; if it converted the arguments itself, a
        wrong one would end the run without a report.

        Raises:
            DataError: There is no such option, or its value cannot be used.
        """
        hints = get_type_hints(cls)
        names = [field.name for field in fields(cls)]
        given = {**given, **{name: OVERRIDES[name] for name in OVERRIDES if name in names}}
        for name in given:
            if name not in names:
                raise DataError(_no_option(name, names))
        return cls(**{name: _convert(name, value, hints[name]) for name, value in given.items()})

    def as_arguments(self) -> tuple[str, ...]:
        """Return what an import in a suite has to say for these options."""
        return tuple(
            f"{field.name}={_as_argument(getattr(self, field.name))}" for field in fields(self)
        )

    @classmethod
    def strictest(cls, imports: Iterable["ListenerOptions"]) -> Self:
        """Return options that do for a test what any of several imports asks for."""
        values = {
            field.name: [getattr(options, field.name) for options in imports]
            for field in fields(cls)
        }
        return cls(
            **{name: max(of_imports, key=_strictness) for name, of_imports in values.items()}
        )


def _strictness(value: Any) -> Any:
    return _EVIDENCE.index(value) if isinstance(value, str) else value


def _as_argument(value: object) -> str:
    return f"{value.total_seconds()} s" if isinstance(value, timedelta) else str(value)


def _no_option(name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, n=1)
    advice = f"did you mean '{close[0]}'?" if close else f"the options are {', '.join(names)}."
    return f"There is no option '{name}': {advice}"


def _convert(name: str, value: object, hint: Any) -> Any:
    if hint == tuple[str, ...]:
        return _paths(name, value)
    try:
        converted = TypeInfo.from_type_hint(hint).convert(value, name=name, kind="Option")
    except ValueError as error:
        raise DataError(str(error)) from error
    if hint is bool and not isinstance(converted, bool):
        raise DataError(f"Option '{name}' is True or False, not '{value}'.")
    if isinstance(converted, timedelta) and converted < timedelta():
        raise DataError(f"Option '{name}' is a time of 0 s or more, not '{value}'.")
    return converted


def _paths(name: str, value: Any) -> tuple[str, ...]:
    """Return patterns of paths: a text has them separated by commas."""
    patterns = value.split(",") if isinstance(value, str) else value
    paths = tuple(str(pattern).strip() for pattern in patterns)
    wrong = [path for path in paths if path and not path.startswith(("/", "*"))]
    if wrong:
        raise DataError(f"Option '{name}': '{wrong[0]}' is no path: it has to begin with a slash.")
    return tuple(filter(None, paths))
