"""What every server under test is, whichever its kind and isolation."""

import abc
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.harness.listening import Kind
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.faults import Fault

Isolation = Literal["thread", "process"]


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How a server is to be started.

    `port` 0 means any free one, `timeout` is in seconds, `owner` names the suite that started it.
    """

    application: str
    alias: str
    kind: Kind = "threaded"
    host: str = "127.0.0.1"
    port: int = 0
    mount: str = "/"
    configuration: Configuration
    search_path: tuple[Path, ...] = ()
    timeout: float = 5.0
    owner: str = ""


@dataclass(frozen=True)
class Stopped:
    """How a server stopped: requests that were cut, and errors of the application's listeners."""

    cut: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class Server(abc.ABC):
    """One running server with its application."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.is_stopped = False
        self.end_is_known = False
        """Whether somebody has taken note that it is not running any more."""

    @property
    def alias(self) -> str:
        """The name by which the test knows it."""
        return self.launch.alias

    @property
    @abc.abstractmethod
    def url(self) -> str:
        """Where it answers, such as `http://127.0.0.1:41234`, without a trailing slash."""

    @property
    @abc.abstractmethod
    def ended_by(self) -> str | None:
        """Why it is not running any more although nobody stopped it, or None."""

    @abc.abstractmethod
    def start(self) -> None:
        """Start it.

        Raises:
            ServerError: It did not start; nothing of it is left.
        """

    @abc.abstractmethod
    def stop(self) -> Stopped:
        """Stop it; nothing of it is left."""

    @abc.abstractmethod
    def in_flight(self) -> list[Exchange]:
        """Return the requests whose response has not ended, oldest first.

        When it returns, all that the server has reported is in the journal.
        """

    @abc.abstractmethod
    def wait_until_idle(self, timeout: float, except_paths: tuple[str, ...] = ()) -> list[Exchange]:
        """Wait until no request is in flight; see `Idleness.wait`."""

    @abc.abstractmethod
    def settle(self, since: float, timeout: float) -> None:
        """Wait until requests, and threads that requests since then started, have ended.

        When it returns, all that the server has reported is in the journal. `since` is of
        `time.monotonic`, `timeout` in seconds.
        """

    @abc.abstractmethod
    def arm(self, fault: Fault) -> None:
        """Put a fault in place."""

    @abc.abstractmethod
    def clear_faults(self, owner: str | None = None) -> None:
        """Take away the faults of an owner, or all."""

    @abc.abstractmethod
    def refuse_connections(self) -> None:
        """Close the port, while the application goes on."""

    @abc.abstractmethod
    def accept_connections(self) -> None:
        """Open the same port again; pass if it is open."""


def base_url(scheme: str, host: str, port: int) -> str:
    """Return the URL of a listening address; a wildcard is reached through loopback."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    name = f"[{reachable}]" if ":" in reachable else reachable
    return f"{scheme}://{name}:{port}"
