"""What every server under test is, whichever its kind and isolation."""

import abc
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.harness.listening import Kind

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


def base_url(scheme: str, host: str, port: int) -> str:
    """Return the URL of a listening address; a wildcard is reached through loopback."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    name = f"[{reachable}]" if ":" in reachable else reachable
    return f"{scheme}://{name}:{port}"
