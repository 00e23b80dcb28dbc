"""Fails tests by the rules of Robot Framework, which applies them before it calls listeners."""

import re
from typing import Any

from robot.libraries.BuiltIn import BuiltIn
from robot.model import TagPatterns
from robot.utils import seq2str

from robot_cherrypy.evidence import logger

_HTML = "*HTML*"

# How Robot Framework's messages of keywords end that a signal, or a time-out, has ended.
_BY_SIGNAL = "Execution terminated by signal"
_BY_TEST_TIMEOUT = re.compile(r"(Test|Task) timeout .+ exceeded\.")
_BY_TIMEOUT = re.compile(r"(Test|Task|Keyword) timeout .+ exceeded\.")


def fail(result: Any, reasons: list[str]) -> None:
    """Fail a test, as Robot Framework would have if a keyword had failed for these reasons.

    A test that was skipped stays so; one that its tags allow to fail is skipped.

    Args:
        result: Robot Framework's result of the test.
        reasons: Plain texts. Those that the message of the test does not have yet are added to it;
            a test that passed may have them in its message.
    """
    add_reasons(result, reasons)
    if not reasons or result.skipped:
        return
    result.status = "FAIL"
    if may_fail(result):
        result.message = _skipped_on_failure(result)
        result.status = "SKIP"


def add_reasons(result: Any, reasons: list[str]) -> None:
    """Add to the message of a test the reasons that it does not have yet."""
    message = result.message or ""
    new = [reason for reason in map(logger.harmless, reasons) if reason not in message]
    if new:
        result.message = logger.message_with(message, new)


def is_by_signal(message: str) -> bool:
    """Whether a signal to Robot Framework has ended a keyword, by its message."""
    return message.endswith(_BY_SIGNAL)


def is_by_timeout(message: str) -> bool:
    """Whether a time-out of Robot Framework has ended a keyword, by its message."""
    return _BY_TIMEOUT.search(message) is not None


def ends_the_test(message: str) -> bool:
    """Whether a signal, or the time-out of the test itself, has ended a keyword."""
    return is_by_signal(message) or _BY_TEST_TIMEOUT.search(message) is not None


def may_fail(result: Any) -> bool:
    """Whether the tags of a test have Robot Framework skip it if it fails."""
    patterns = TagPatterns(_options().get("skip_on_failure") or ())
    return bool(result.tags.robot("skip-on-failure") or patterns.match(result.tags))


def _options() -> Any:
    builtin: Any = BuiltIn()
    return builtin.get_variable_value("${OPTIONS}") or {}


def _skipped_on_failure(result: Any) -> str:
    """Return what Robot Framework says of a test that failed and is skipped for it."""
    options = _options()
    if result.tags.robot("skip-on-failure"):
        tags, kind = ["robot:skip-on-failure"], "tag"
    else:
        tags = list(options["skip_on_failure"])
        kind = "tag" if TagPatterns(tags).is_constant else "tag pattern"
    prefix = f"{_HTML} " if result.message.startswith(_HTML) else ""
    test = "task" if options.get("rpa") else "test"
    plural = "" if len(tags) == 1 else "s"
    return (
        f"{prefix}Failed {test} skipped using {seq2str(tags)} {kind}{plural}.\n\n"
        f"Original failure:\n{result.message.removeprefix(_HTML).lstrip()}"
    )
