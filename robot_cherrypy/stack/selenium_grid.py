"""A Selenium Grid on this machine: a hub, and nodes that open browsers for it."""

import contextlib
import json
import signal
import socket
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack.guarded_program import GuardedProgram

_HOST = "127.0.0.1"

# What Java is told: it starts in half the time if it compiles little, and a Grid needs no more
# memory.
_JAVA_OPTIONS = ("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

# How often the hub looks whether a node is still there, and a node tells it, in seconds.
_HEALTH_CHECK = 5
_HEARTBEAT = 2

# How long a node tries to register at the hub, in seconds. The hub may start later than it.
_REGISTER = 600

# How long a program may take for its end, in seconds; then it is killed.
_STOP_TIMEOUT = 5.0


@dataclass(frozen=True)
class NodeBrowser:
    """The browser that nodes open.

    Attributes:
        driver: The executable of its driver.
        capabilities: What each of its browsers has, such as its name, executable and arguments.
    """

    driver: Path
    capabilities: Mapping[str, Any]


class BrowserGrid:
    """A hub with its nodes, which all end together with this process, however it ends.

    Args:
        java: The executable of Java.
        jar: The file of Selenium's server.
        browser: What its nodes open.
        sessions: How many browsers a node opens at once.
    """

    def __init__(self, java: Path, jar: Path, browser: NodeBrowser, sessions: int) -> None:
        self._command = [str(java), *_JAVA_OPTIONS, "-jar", str(jar)]
        self._browser = browser
        self._sessions = sessions
        self._hub: GuardedProgram | None = None
        # By name: the program, and its port.
        self._nodes: dict[str, tuple[GuardedProgram, int]] = {}
        self.url = ""

    def start(self, nodes: int, timeout: float) -> None:
        """Start the hub and nodes, and wait until all nodes open browsers.

        Args:
            nodes: How many nodes.
            timeout: For all together, in seconds.

        Raises:
            StackError: One of them did not start in time; all are stopped then.
        """
        deadline = time.monotonic() + timeout
        port, publish, subscribe, *node_ports = _free_ports(3 + nodes)
        self.url = f"http://{_HOST}:{port}"
        events = [
            *("--publish-events", f"tcp://{_HOST}:{publish}"),
            *("--subscribe-events", f"tcp://{_HOST}:{subscribe}"),
        ]
        try:
            check = ["--healthcheck-interval", str(_HEALTH_CHECK)]
            self._hub = self._run("the hub", "hub", port, [*events, *check])
            for number, node_port in enumerate(node_ports, 1):
                name = f"node{number}"
                program = self._run(name, "node", node_port, [*events, *self._of_node()])
                self._nodes[name] = program, node_port
            for program in self._programs():
                left = max(0.0, deadline - time.monotonic())
                program.wait_until(self._is_complete, left, "did not get ready")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop nodes and hub, and so all browsers that they have opened."""
        programs = self._programs()
        self._nodes, self._hub = {}, None
        for program in programs:
            program.stop()

    def kill(self, name: str) -> None:
        """Kill a node with its browsers, as if its machine had crashed.

        Raises:
            StackError: There is no such node.
        """
        if name not in self._nodes:
            known = ", ".join(self._nodes) or "none"
            raise StackError(f"The browser grid has no node '{name}'. Running: {known}.")
        program, _ = self._nodes.pop(name)
        program.stop()

    def node_of(self, session: str) -> str:
        """Return the name of the node that has opened a browser.

        Args:
            session: Of its driver.

        Raises:
            StackError: None of its nodes has.
        """
        ports = {
            slot["session"]["sessionId"]: urlsplit(node["uri"]).port
            for node in self._status()["nodes"]
            for slot in node["slots"]
            if slot["session"]
        }
        for name, (_, port) in self._nodes.items():
            if port == ports.get(session):
                return name
        raise StackError("No node of the browser grid has opened this browser.")

    def _programs(self) -> list[GuardedProgram]:
        """Return the programs that run, the nodes first."""
        nodes = [program for program, _ in self._nodes.values()]
        return [*nodes, *([self._hub] if self._hub else [])]

    def _of_node(self) -> list[str]:
        """Return the options of a node that do not differ between nodes."""
        return [
            *("--hub", self.url),
            *("--register-period", str(_REGISTER)),
            *("--heartbeat-period", str(_HEARTBEAT)),
            *("--detect-drivers", "false"),
            *("--selenium-manager", "false"),
            *("--max-sessions", str(self._sessions)),
            *("--override-max-sessions", "true"),
            "--driver-configuration",
            "display-name=browser",
            f"max-sessions={self._sessions}",
            f"webdriver-executable={self._browser.driver}",
            f"stereotype={json.dumps(dict(self._browser.capabilities))}",
        ]

    def _run(self, name: str, role: str, port: int, options: Sequence[str]) -> GuardedProgram:
        command = [*self._command, role, "--host", _HOST, "--port", str(port), *options]
        return GuardedProgram(
            f"{name} of the browser grid",
            command,
            # Java takes a second to end in an orderly way, in which nobody is interested.
            stop_signal=signal.SIGKILL,
            stop_timeout=_STOP_TIMEOUT,
            environment={"SE_OFFLINE": "true"},
        )

    def _is_complete(self) -> bool:
        with contextlib.suppress(StackError):
            nodes = self._status().get("nodes", [])  # a hub that starts tells none
            return [node["availability"] for node in nodes] == ["UP"] * len(self._nodes)
        return False

    def _status(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"{self.url}/status", timeout=10) as response:  # noqa: S310 - an address of our own
                value: dict[str, Any] = json.load(response)["value"]
        except (OSError, ValueError, KeyError) as error:
            raise StackError(f"The browser grid at {self.url} does not answer.") from error
        return value


def _free_ports(number: int) -> list[int]:
    """Return ports that are free now: programs of a Grid do not tell which one they have chosen."""
    with contextlib.ExitStack() as sockets:
        opened = [sockets.enter_context(socket.create_server((_HOST, 0))) for _ in range(number)]
        return [each.getsockname()[1] for each in opened]
