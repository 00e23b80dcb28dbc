"""The interface of servers under test, whichever their kind and isolation."""

import abc
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from robot_cherrypy.harness.configuration import Configuration
from robot_cherrypy.harness.environment import Variables
from robot_cherrypy.harness.server_thread import Kind
from robot_cherrypy.processes.output import Output
from robot_cherrypy.stacks import Stack
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.faults import Fault

Isolation = Literal["thread", "process"]


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How a server is to be started.

    Args:
        application: `module:attribute`, or the name of a module.
        alias: Name of the server for the test.
        kind: Which server.
        isolation: `thread` for a server in this process, `process` for one in a child process.
        host: Address to bind.
        port: Port to bind, 0 for any free one.
        mount: Path of the application, beginning with a slash.
        configuration: CherryPy configuration in sections.
        search_path: Folders to look for the module in, besides Python's own.
        timeout: How long the server may take to be ready, in seconds; by default longer than one
            needs on a busy machine.
        long_polls: See `Idleness.stays_open`.
        environment: Environment variables that the server has; None for one that it has not.
        folder: The current folder of its process; that of the test by default.
        public_url: By what URL browsers reach the server, if not by its own; if it has no port, the
            server's is meant.
        authority: A file with the certificate of an authority that browsers are to trust.
    """

    application: str
    alias: str
    kind: Kind = "threaded"
    isolation: Isolation = "thread"
    host: str = "127.0.0.1"
    port: int = 0
    mount: str = "/"
    configuration: Configuration
    search_path: tuple[Path, ...] = ()
    timeout: float = 60.0
    long_polls: tuple[str, ...] = ()
    environment: Variables = field(default_factory=dict)
    folder: Path | None = None
    public_url: str | None = None
    authority: Path | None = None


@dataclass(frozen=True)
class Stopped:
    """What a stop of a server left to report.

    Args:
        cut: The requests that did not finish in time, without those that are meant to stay open.
        errors: Errors of the application's listeners, and of its process if it has one.
        end_reason: Why the server had ended by itself before, or None if it had not.
    """

    cut: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    end_reason: str | None = None


class Server(abc.ABC):
    """One server with its application. It is started once and stopped once.

    A server ends if it stops by itself: because the application asked for it, or because its
    process died. An ended server still has to be stopped.
    """

    # What the server's process has printed, if it has a process of its own.
    output: Output | None = None

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.is_stopped = False
        # What of its configuration cannot work, as sentences; known when it has started.
        self.remarks: list[str] = []

    @property
    def alias(self) -> str:
        """The server's name for the test."""
        return self.launch.alias

    @property
    @abc.abstractmethod
    def url(self) -> str:
        """The base URL, such as `http://127.0.0.1:41234`, without a trailing slash."""

    @property
    def public_url(self) -> str:
        """The base URL by which browsers reach the server; `url` unless another was given."""
        given = self.launch.public_url
        if given is None:
            return self.url
        return given if urlsplit(given).port else f"{given}:{urlsplit(self.url).port}"

    @property
    @abc.abstractmethod
    def end_reason(self) -> str | None:
        """Why the server ended by itself, or None if it did not."""

    @property
    def is_running(self) -> bool:
        """Whether the server, once started, has neither been stopped nor ended by itself."""
        return not self.is_stopped and self.end_reason is None

    @abc.abstractmethod
    def start(self) -> None:
        """Start the server and wait until it accepts connections.

        Raises:
            ServerError: It did not start. What was started of it has been stopped.
        """

    @abc.abstractmethod
    def stop(self) -> Stopped:
        """Stop the server. No thread, socket or process of it is left."""

    @abc.abstractmethod
    def in_flight(self) -> list[Exchange]:
        """Return the requests whose response has not ended, oldest first.

        All that the server has recorded until now is then in the journal of this process.
        """

    @abc.abstractmethod
    def stacks(self) -> list[Stack]:
        """Return stacks of the threads and tasks that run code of applications in its process."""

    @abc.abstractmethod
    def requests_left_after(
        self, timeout: float, except_paths: tuple[str, ...] = ()
    ) -> list[Exchange]:
        """Wait until no request is in flight; return those that still are after `timeout`.

        See `Idleness.requests_left_after`.
        """

    @abc.abstractmethod
    def wait_for_end(self, since: float, timeout: float) -> None:
        """Wait until requests, and threads that requests since then started, have ended.

        When it returns, the journal of this process holds all that the server has recorded, also
        the requests that are still in flight. `since` is of `time.monotonic`, `timeout` in seconds.
        """

    @abc.abstractmethod
    def arm(self, fault: Fault) -> None:
        """Inject a fault into responses from now on."""

    @abc.abstractmethod
    def clear_faults(self, fault: Fault | None = None) -> None:
        """Remove a fault, or all faults if None; responses that wait because of a fault go on."""

    @abc.abstractmethod
    def refuse_connections(self) -> None:
        """Close the port while the application keeps running."""

    @abc.abstractmethod
    def accept_connections(self) -> None:
        """Open the same port again; do nothing if it is open."""


def base_url(scheme: str, host: str, port: int) -> str:
    """Return the URL of an address; a server on a wildcard address is reached by loopback."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - nothing is bound to it here
    name = f"[{reachable}]" if ":" in reachable else reachable
    return f"{scheme}://{name}:{port}"
