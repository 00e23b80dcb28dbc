"""HAProxy in front of several servers of one application."""

import csv
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Literal
from urllib.parse import urlsplit

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import programs
from robot_cherrypy.stack.part import Part

Order = Literal["ready", "drain", "maint"]
State = Literal["up", "down", "drain", "maint"]

_LOADED = "Loading (success|failure)"
_CHECK_TIMEOUT = 30.0
_SOCKET_TIMEOUT = 10.0

# HAProxy 2.6 Configuration Manual, sections 3 (global), 4 (proxies) and 5.2 (server options).
# An instance is down as soon as a connection to it fails, and what was sent to it goes to another,
# unless that could do something twice: a POST may be repeated if its client says so by a key
# (draft-ietf-httpapi-idempotency-key-header). A request has to be complete before it is passed on:
# one that breaks off in its middle is not repeated.
_CONFIGURATION = Template("""\
global
    log stdout format raw local0
    stats socket unix@admin.sock level admin
    server-state-file server-states
    hard-stop-after 10s

defaults
    mode http
    log global
    option httplog
    option dontlog-normal
    option forwardfor
    option idle-close-on-response
    option http-buffer-request
    timeout connect 2s
    timeout client 60s
    timeout server 20s
    timeout queue 5s
    retries 3
    option redispatch 1
    retry-on conn-failure empty-response response-timeout
    load-server-state-from-file global

frontend application
    bind fd@$front
    default_backend instances

backend instances
    balance roundrobin
    http-request disable-l7-retry if { method POST PATCH } !{ req.hdr(Idempotency-Key) -m found }
    option httpchk GET $check
    default-server check inter 200ms fastinter 50ms fall 2 rise 2
    default-server observe layer4 error-limit 1 on-error mark-down
$servers

frontend statistics
    bind fd@$statistics
    stats enable
    stats uri /
    stats hide-version
""")

# The configuration is an argument because the folder for it is made by the guard.
_SCRIPT = """
printf %s "$2" >haproxy.cfg && echo 1 >server-states
exec "$1" -W -db -S unix@master.sock -f haproxy.cfg
"""


class LoadBalancer:
    """A HAProxy on a free port of the loopback address, and its statistics page on another."""

    def __init__(self, instances: Mapping[str, str], *, check: str, timeout: float) -> None:
        """Choose what to balance.

        Args:
            instances: URL of each server by its name.
            check: Path that a healthy instance answers with a status of 2xx or 3xx.
            timeout: How long it may take to start or to change, in seconds.
        """
        self._instances = dict(instances)
        self._check, self._timeout = check, timeout
        self._part: Part | None = None
        self._front = self._statistics = 0
        self._descriptors: tuple[int, int] = (-1, -1)

    @property
    def url(self) -> str:
        """Where the application answers."""
        return f"http://127.0.0.1:{self._front}"

    @property
    def statistics_url(self) -> str:
        """Where the statistics page is."""
        return f"http://127.0.0.1:{self._statistics}/"

    @property
    def part(self) -> Part:
        """The program, whose output tells of changes of state and of failed requests."""
        assert self._part is not None
        return self._part

    def start(self) -> None:
        """Start it and wait until it accepts connections.

        Raises:
            StackError: There is no HAProxy, or it refused its configuration.
        """
        program = programs.haproxy()
        # Bound here and inherited, so that nobody can take a port meanwhile, and none is lost at a
        # reload.
        with _listening() as front, _listening() as statistics:
            self._front, self._statistics = front.getsockname()[1], statistics.getsockname()[1]
            self._descriptors = front.fileno(), statistics.fileno()
            configuration = self._configuration(self._instances)
            check(program, configuration, self._descriptors)
            self._part = Part(
                "HAProxy",
                ["/bin/sh", "-c", _SCRIPT, "sh", program, configuration],
                stop_signal=signal.SIGTERM,
                descriptors=self._descriptors,
            )
        try:
            self._await_loaded(after=0)
            self.part.wait_until(self._takes_orders, self._timeout, "did not take orders")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it; nothing of it is left."""
        if self._part:
            self._part.end()

    def reload(self, instances: Mapping[str, str] | None = None) -> None:
        """Let a new process take over without a lost request; states of instances are kept.

        Args:
            instances: URL of each server by its name; those that it has by default.

        Raises:
            StackError: It did not load the configuration; the old process goes on.
        """
        folder, before = self.part.folder, self.part.output.count
        (folder / "server-states").write_text(self._ask("admin.sock", "show servers state"))
        wanted = dict(instances or self._instances)
        (folder / "haproxy.cfg").write_text(self._configuration(wanted))
        self._ask("master.sock", "reload")
        self._await_loaded(after=before)
        self._instances = wanted
        self.part.wait_until(self._takes_orders, self._timeout, "did not take orders")

    def states(self) -> dict[str, State]:
        """Return the state of each instance: `up`, `down`, `drain` or `maint`."""
        by_name = {row["svname"]: row["status"] for row in self._rows()}
        return {name: _state(by_name[_plain(name)]) for name in self._instances}

    def served(self) -> dict[str, int]:
        """Return how many requests each instance was given since HAProxy was last loaded."""
        by_name = {row["svname"]: int(row["stot"]) for row in self._rows()}
        return {name: by_name[_plain(name)] for name in self._instances}

    def order(self, name: str, order: Order) -> None:
        """Make an instance ready, let it finish what it has (drain), or take it out at once.

        Raises:
            StackError: There is no such instance, or HAProxy refused.
        """
        self._known(name)
        answer = self._ask("admin.sock", f"set server instances/{_plain(name)} state {order}")
        if answer.strip():
            raise StackError(f"HAProxy refused to set '{name}' to '{order}': {answer.strip()}")

    def await_state(self, name: str, state: State, timeout: float) -> None:
        """Wait until an instance is in a state.

        Args:
            name: Of the instance.
            state: Which.
            timeout: In seconds.

        Raises:
            StackError: There is no such instance, or HAProxy ended.
            AssertionError: It was in another state all the time.
        """
        self._known(name)
        seen: list[State] = []

        def is_so() -> bool:
            seen.append(self.states()[name])
            return seen[-1] == state

        try:
            self.part.wait_until(is_so, timeout, "did not change")
        except StackError as error:
            if self.part.ended:
                raise
            raise AssertionError(
                f"Instance '{name}' should be {state} within {timeout:g} s, but is {seen[-1]}."
            ) from error

    def _configuration(self, instances: Mapping[str, str]) -> str:
        front, statistics = self._descriptors
        servers = "\n".join(
            f"    server {_plain(name)} {urlsplit(url).netloc}" for name, url in instances.items()
        )
        return _CONFIGURATION.substitute(
            front=front, statistics=statistics, check=self._check, servers=servers
        )

    def _await_loaded(self, after: int) -> None:
        line = self.part.await_line(_LOADED, self._timeout, after=after)
        if "failure" in line:
            raise StackError(f"HAProxy did not load its configuration:\n{self.part.output.text}")

    def _takes_orders(self) -> bool:
        """Tell whether its sockets are there: they come a moment after the first answer."""
        try:
            return all(
                self._ask(name, question)
                for name, question in (("master.sock", "show proc"), ("admin.sock", "show info"))
            )
        except OSError:
            return False

    def _rows(self) -> list[dict[str, str]]:
        table = self._ask("admin.sock", "show stat instances 4 -1").removeprefix("# ")
        return list(csv.DictReader(table.splitlines()))

    def _known(self, name: str) -> None:
        if name not in self._instances:
            names = ", ".join(f"'{one}'" for one in self._instances)
            raise StackError(f"The load balancer has no instance '{name}'. It has: {names}.")

    def _ask(self, name: str, question: str) -> str:
        """Ask on one of its sockets (HAProxy Management Guide, section 9)."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_SOCKET_TIMEOUT)
            connection.connect(str(self.part.folder / name))
            connection.sendall(question.encode() + b"\n")
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def check(program: Path, configuration: str, descriptors: tuple[int, ...]) -> None:
    """Let HAProxy look at a configuration.

    Raises:
        StackError: It found a fault.
    """
    folder = Path(tempfile.mkdtemp(prefix="robot-cherrypy-"))
    try:
        file = folder / "haproxy.cfg"
        file.write_text(configuration)
        done = subprocess.run(  # noqa: S603 - the program that is to run it
            [program, "-c", "-f", file],
            cwd=folder,
            pass_fds=descriptors,
            check=False,
            capture_output=True,
            text=True,
            timeout=_CHECK_TIMEOUT,
        )
    finally:
        shutil.rmtree(folder)
    if done.returncode:
        faults = re.findall(r"^\[ALERT\].*?: (.*)$", done.stderr, re.MULTILINE)
        raise StackError(f"HAProxy refused its configuration: {' '.join(faults)}")


def _listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=1024)


def _plain(name: str) -> str:
    """Return the name of an instance as HAProxy can have it (Configuration Manual, 2.2)."""
    return re.sub(r"[^\w.:-]", "_", name, flags=re.ASCII)


def _state(status: str) -> State:
    """Read the column `status` of the statistics, such as `UP 1/2` or `DOWN (agent)`."""
    words = {"UP": "up", "NO": "up", "DRAIN": "drain", "MAINT": "maint", "NOLB": "drain"}
    state: dict[str, State] = {"up": "up", "drain": "drain", "maint": "maint"}
    return state.get(words.get(status.split(maxsplit=1)[0].upper(), ""), "down")
