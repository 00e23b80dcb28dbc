"""The errors that users see, with one base class, and phrases that their messages share."""

import difflib
import reprlib
from collections.abc import Iterable
from importlib.util import find_spec

__all__ = [
    "ApplicationError",
    "BrowserError",
    "ClockError",
    "ContainerError",
    "HostError",
    "InstallError",
    "MissingExtraError",
    "RobotCherryPyError",
    "ServerError",
    "SessionError",
    "StackError",
    "WebSocketError",
]

# How alike a name must be to be suggested, from 0 to 1. At 0.6, the default of `difflib`, short
# names that merely share letters are suggested, such as `Parse` for `Page`.
_ALIKE = 0.7


class RobotCherryPyError(Exception):
    """An error that a user can do something about.

    Its message names the subject, what was expected, what was there, and what to do.
    """

    ROBOT_SUPPRESS_NAME = True


class ApplicationError(RobotCherryPyError):
    """An application could not be found, imported, made or mounted."""


class ServerError(RobotCherryPyError):
    """A server could not be started, found or reached, or stopped with an error."""


class SessionError(RobotCherryPyError):
    """A session could not be made or read."""


class BrowserError(RobotCherryPyError):
    """A browser or its driver is missing, did not start, or did not do what was asked."""


class ClockError(RobotCherryPyError):
    """The clock could not be set to a time."""


class StackError(RobotCherryPyError):
    """A database or the load balancer is missing, did not start, or refused a command."""


class ContainerError(RobotCherryPyError):
    """An engine or Compose is missing, or a container did not start or do what was asked."""


class HostError(RobotCherryPyError):
    """Hosts cannot be started here, or a host or what is deployed on hosts did not do as asked."""


class WebSocketError(RobotCherryPyError):
    """A WebSocket of the test could not be opened, found or used."""


class InstallError(RobotCherryPyError):
    """A program that a feature needs could not be installed."""


class MissingExtraError(RobotCherryPyError):
    """A feature needs an extra of this package, which is not installed.

    Args:
        feature: What needs it, as the start of a sentence.
        extra: Name of the extra.
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra: pip install '{_distribution()}[{extra}]'")


def _distribution() -> str:
    """Return the name of what is installed: the server alone, or the server and the test tools."""
    is_alone = find_spec("robot_cherrypy.library") is None
    return "robot-cherrypy-server" if is_alone else "robotframework-cherrypy"


def no_bytes(chunk: object) -> str:
    """Return the message about a part of a body that cannot be sent."""
    shown = reprlib.repr(chunk)
    return f"The body yielded {shown}, not bytes. (tools.encode encodes text.)"


def did_you_mean(names: Iterable[str]) -> str:
    """Return a question for the end of a message, such as " Did you mean 'a' or 'b'?".

    It begins with a blank, and is empty if there are no names.
    """
    quoted = [f"'{name}'" for name in names]
    return f" Did you mean {' or '.join(quoted)}?" if quoted else ""


def suggest_alike(name: str, candidates: Iterable[str], prefix: str = "") -> str:
    """Return a sentence that suggests public names like `name`, or nothing if there are none.

    Args:
        name: The name that does not exist.
        candidates: The names that do.
        prefix: What is put before each suggested name.
    """
    by_lower_case = {exists.lower(): exists for exists in candidates if not exists.startswith("_")}
    alike = difflib.get_close_matches(name.lower(), by_lower_case, n=3, cutoff=_ALIKE)
    return did_you_mean(prefix + by_lower_case[lower] for lower in alike)
