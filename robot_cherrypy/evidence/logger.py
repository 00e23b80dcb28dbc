"""Writes into Robot's log, and makes every text such that Robot can write it, without secrets.

All rooms that import Robot write their messages by these functions, and the library passes the
errors of its keywords to `make_harmless`.
"""

import contextlib
import html
from collections.abc import Sequence

from robot.api import logger

import robot_cherrypy
from robot_cherrypy.errors import RobotCherryPyError
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.evidence.message_anchors import anchor_of
from robot_cherrypy.traffic.text import encodable, text_by

# The page about messages, of the documentation of this version.
_MESSAGES_PAGE = (
    "https://robot-cherrypy.github.io/robot-cherrypy/"
    f"v{robot_cherrypy.__version__}/reference/messages.html"
)

# By this, Robot takes a message for HTML.
_HTML_PREFIX = "*HTML*"

# How many reasons the message of a test has, and of how many characters each: what a person reads
# before going to the log. A page may write an error into its console thousands of times.
_MOST_REASONS = 20
_LONGEST_REASON = 2_000

# Attributes from which `WebDriverException` and `OSError` make their message.
_MESSAGES = ("msg", "filename", "strerror")


def info(text: str, *, html: bool = False) -> None:
    """Write a message, or a piece of HTML, below the running keyword."""
    logger.info(encodable(text) if html else harmless(text), html=html)


def warn(text: str) -> None:
    """Write a warning, also to the console."""
    logger.warn(harmless(text))


def error(text: str) -> None:
    """Write an error of the run, also to the console."""
    logger.error(harmless(text))


def console(text: str) -> None:
    """Write a text to the console alone."""
    logger.console(harmless(text))


def harmless(text: str) -> str:
    """Return a text without secrets that Robot can write, and does not take for HTML."""
    text = SECRETS.masker().text(text)
    return f" {text}" if text.startswith(_HTML_PREFIX) else text


def message_with(message: str, reasons: Sequence[str]) -> str:
    """Return the message of a test with more reasons why it fails, as texts."""
    shown = [_shortened(harmless(reason)) for reason in reasons[:_MOST_REASONS]]
    if len(reasons) > _MOST_REASONS:
        shown.append(f"{len(reasons) - _MOST_REASONS} more reasons are left out.")
    if not message.startswith(_HTML_PREFIX):
        return "\n\n".join(filter(None, [encodable(message), *shown]))
    escaped = [html.escape(reason).replace("\n", "<br>") for reason in shown]
    return "<br><br>".join([encodable(message), *escaped])


def _shortened(text: str) -> str:
    left_out = len(text) - _LONGEST_REASON
    return text if left_out <= 0 else f"{text[:_LONGEST_REASON]}… ({left_out} more characters)"


def explain(error: BaseException) -> None:
    """Write, below the running keyword, where the documentation explains an error of ours."""
    if anchor := anchor_of(error):
        info(f'<a href="{_MESSAGES_PAGE}#{anchor}">What this means</a>', html=True)


def make_harmless(error: BaseException) -> BaseException:
    """Return an error of a keyword, and change its message such that Robot can write it.

    The errors behind it are changed as well: Robot writes their tracebacks at the level DEBUG.
    """
    seen: list[BaseException] = []
    behind: BaseException | None = error
    while behind is not None and behind not in seen:
        seen.append(behind)
        _change(behind)
        behind = behind.__cause__ or behind.__context__
    shown = text_by(str, error)
    if all(_is_harmless(other) for other in seen):
        return error
    return RobotCherryPyError(f"{type(error).__name__}: {harmless(shown)}")


def _change(error: BaseException) -> None:
    error.args = tuple(harmless(arg) if isinstance(arg, str) else arg for arg in error.args)
    for name in _MESSAGES:
        value = getattr(error, name, None)
        if isinstance(value, str):
            with contextlib.suppress(AttributeError):  # a property
                setattr(error, name, harmless(value))


def _is_harmless(error: BaseException) -> bool:
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - code of the application, which may raise anything
        return False
    return text == harmless(text)
