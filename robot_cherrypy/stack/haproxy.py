"""HAProxy in front of several servers of one application."""

import csv
import itertools
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
from urllib.parse import quote, urlsplit

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables
from robot_cherrypy.stack.guarded_program import GuardedProgram

# HAProxy's words: what an administrator can ask for, and what an instance can be in.
AdminState = Literal["ready", "drain", "maint"]
State = Literal["up", "down", "drain", "maint"]

# What the column `check_status` says before the first check and while one runs.
_UNCHECKED = ("", "INI")

_LOADED = "Loading (success|failure)"

# How long HAProxy may take to check a configuration, and to respond to a command, in seconds. Both
# take milliseconds; the rest is for a machine on which many test runs are busy.
_CHECK_TIMEOUT = 30.0
_COMMAND_TIMEOUT = 10.0

# How many connections may wait to be accepted: at a reload all new ones wait for the new process.
_BACKLOG = 1024

# See HAProxy 2.6 Configuration Manual, sections 3 (global), 4 (proxies) and 5.2 (server options).
# - An instance is down as soon as a connection to it fails, and the request goes to another one. A
#   request without a response does so, too, but a POST or PATCH only with an Idempotency-Key,
#   because it could be carried out twice (draft-ietf-httpapi-idempotency-key-header).
# - HAProxy buffers a request before it forwards it, since it can only repeat a complete one.
# - Time-outs: on the loopback address a connection takes less than a millisecond, so that two
#   seconds mean a server that hangs. A response may take as long as a restart of the database.
#   Browsers keep a connection open for a minute or more. At a reload, the old process has ten
#   seconds for its last requests.
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
    timeout check 1s
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
    option httpchk GET '$check'
    default-server check inter 200ms fastinter 50ms fall 2 rise 2
    default-server observe layer4 error-limit 1 on-error mark-down
$servers

frontend statistics
    bind fd@$statistics
    stats enable
    stats uri /
    stats hide-version
""")

# The configuration is an argument because its folder exists only when the guard has made it.
_SCRIPT = """
printf %s "$2" >haproxy.cfg && echo 1 >server-states
exec "$1" -W -db -S unix@master.sock -f haproxy.cfg
"""


class LoadBalancer:
    """HAProxy on a free port of the loopback address, with its statistics page on another."""

    def __init__(self, instances: Mapping[str, str], *, check: str, timeout: float) -> None:
        """Set the instances.

        Args:
            instances: The URL of each server by its name.
            check: The path to which a healthy instance responds with a status of 2xx or 3xx.
            timeout: How long HAProxy may take to start or to reload, in seconds.

        Raises:
            StackError: `check` is no path.
        """
        self._instances = dict(instances)
        self._names: dict[str, str] = {}
        self._check, self._timeout = _target(check), timeout
        self._program: GuardedProgram | None = None
        self._front = self._statistics = 0
        self._descriptors: tuple[int, int] = (-1, -1)

    @property
    def url(self) -> str:
        """The base URL of the application."""
        return f"http://127.0.0.1:{self._front}"

    @property
    def statistics_url(self) -> str:
        """The URL of the statistics page."""
        return f"http://127.0.0.1:{self._statistics}/"

    @property
    def program(self) -> GuardedProgram:
        """The running program; its output reports changes of states and failed requests."""
        assert self._program is not None
        return self._program

    def start(self) -> None:
        """Start HAProxy and wait until it accepts connections and commands.

        Raises:
            StackError: There is no HAProxy, or it refused its configuration.
        """
        executable = executables.haproxy()
        # This process binds the sockets and HAProxy inherits them: no other process can get the
        # ports meanwhile, and a reload loses no connection.
        with _bind_free_port() as front, _bind_free_port() as statistics:
            self._front, self._statistics = front.getsockname()[1], statistics.getsockname()[1]
            self._descriptors = front.fileno(), statistics.fileno()
            configuration = self._configuration(self._instances)
            _check(executable, configuration, self._descriptors)
            self._program = GuardedProgram(
                "HAProxy",
                ["/bin/sh", "-c", _SCRIPT, "sh", executable, configuration],
                stop_signal=signal.SIGTERM,
                descriptors=self._descriptors,
            )
        try:
            self._wait_until_loaded(after=0)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop HAProxy; return when no process and no file of it is left."""
        if self._program:
            self._program.stop()

    def reload(self, instances: Mapping[str, str] | None = None) -> None:
        """Replace the process by a new one without a lost request; instances keep their states.

        Args:
            instances: The URL of each server by its name, by default the same as before.

        Raises:
            StackError: HAProxy did not load the configuration; the old process goes on.
        """
        folder, before = self.program.folder, self.program.output.count
        (folder / "server-states").write_text(self._run("admin.sock", "show servers state"))
        instances = dict(instances or self._instances)
        (folder / "haproxy.cfg").write_text(self._configuration(instances))
        self._run("master.sock", "reload")
        self._wait_until_loaded(after=before)
        self._instances = instances

    def instances(self) -> dict[str, tuple[State, str]]:
        """Return the state of each instance, and why HAProxy thinks so if that is `down`."""
        return {
            name: (
                _state(row["status"]),
                f"{_reason(row)} (HAProxy checks it by GET {self._check})",
            )
            for name, row in self._rows().items()
        }

    def states(self) -> dict[str, State]:
        """Return the state of each instance: `up`, `down`, `drain` or `maint`."""
        return {name: state for name, (state, _why) in self.instances().items()}

    def failures(self) -> dict[str, str]:
        """Return why HAProxy thinks that an instance is down, for each that is."""
        return {name: why for name, (state, why) in self.instances().items() if state == "down"}

    def wait_for_checks(self) -> None:
        """Wait until HAProxy has checked each instance; until then it believes them up."""

        def are_checked() -> bool:
            rows = self._rows()
            return all(rows[name]["check_status"] not in _UNCHECKED for name in self._instances)

        self.program.wait_until(are_checked, self._timeout, "did not check all instances")

    def request_counts(self) -> dict[str, int]:
        """Return how many requests each instance was sent since HAProxy was last loaded."""
        rows = self._rows()
        return {name: int(rows[name]["stot"]) for name in self._instances}

    def set_state(self, name: str, state: AdminState) -> None:
        """Make an instance ready, let it finish its requests (drain), or take it out (maint).

        Raises:
            StackError: There is no such instance, or HAProxy refused.
        """
        self._require_instance(name)
        command = f"set server instances/{self._names[name]} state {state}"
        refusal = self._run("admin.sock", command).strip()
        if refusal:
            raise StackError(f"HAProxy refused to set '{name}' to '{state}': {refusal}")

    def wait_for_state(self, name: str, state: State, timeout: float) -> None:
        """Wait until an instance is in a state.

        Args:
            name: The instance's name.
            state: The state to wait for.
            timeout: In seconds.

        Raises:
            StackError: There is no such instance, or HAProxy ended.
            AssertionError: The instance was in other states all the time.
        """
        self._require_instance(name)
        seen: list[State] = []

        def is_in_state() -> bool:
            seen.append(self.states()[name])
            return seen[-1] == state

        try:
            self.program.wait_until(is_in_state, timeout, "did not change")
        except StackError as error:
            if self.program.ended:
                raise
            reason = self.failures().get(name) if seen[-1] == "down" else None
            raise AssertionError(
                f"Instance '{name}' should be {state} within {timeout:g} s, but is {seen[-1]}"
                + (f": {reason}." if reason else ".")
            ) from error

    def _configuration(self, instances: Mapping[str, str]) -> str:
        front, statistics = self._descriptors
        servers = "\n".join(
            f"    server {self._haproxy_name(name)} {_address(url)}"
            for name, url in instances.items()
        )
        return _CONFIGURATION.substitute(
            front=front, statistics=statistics, check=self._check, servers=servers
        )

    def _wait_until_loaded(self, after: int) -> None:
        """Wait until HAProxy has loaded its configuration and accepts commands."""
        line = self.program.wait_for_line(_LOADED, self._timeout, after=after)
        if "failure" in line:
            output = self.program.output.text
            raise StackError(f"HAProxy did not load its configuration:\n{output}")
        self.program.wait_until(self._accepts_commands, self._timeout, "did not take orders")

    def _accepts_commands(self) -> bool:
        """Whether both sockets respond, which they do a moment after HAProxy says it has loaded."""
        try:
            return all(
                self._run(name, command)
                for name, command in (("master.sock", "show proc"), ("admin.sock", "show info"))
            )
        except OSError:
            return False

    def _haproxy_name(self, name: str) -> str:
        """Return HAProxy's name of an instance, which is the same after each reload.

        HAProxy allows few characters (Configuration Manual, section 2.2). Names that differ only in
        others get a number.
        """
        if name not in self._names:
            plain = re.sub(r"[^\w.:-]", "_", name, flags=re.ASCII) or "instance"
            numbered = (f"{plain}-{number}" for number in itertools.count(2))
            taken = {known.lower() for known in self._names.values()}
            self._names[name] = next(
                free
                for free in (plain, *itertools.islice(numbered, len(taken)))
                if free.lower() not in taken
            )
        return self._names[name]

    def _rows(self) -> dict[str, dict[str, str]]:
        """Return the rows of the statistics (Management Guide, section 9.1) by instance."""
        table = self._run("admin.sock", "show stat instances 4 -1").removeprefix("# ")
        rows = {row["svname"]: row for row in csv.DictReader(table.splitlines())}
        return {name: rows[self._names[name]] for name in self._instances}

    def _require_instance(self, name: str) -> None:
        if name not in self._instances:
            names = ", ".join(f"'{known}'" for known in self._instances)
            raise StackError(f"The load balancer has no instance '{name}'. It has: {names}.")

    def _run(self, socket_name: str, command: str) -> str:
        """Run a command on one of HAProxy's sockets (Management Guide, 9); return its output."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_COMMAND_TIMEOUT)
            connection.connect(str(self.program.folder / socket_name))
            connection.sendall(command.encode() + b"\n")
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def _check(executable: Path, configuration: str, descriptors: tuple[int, ...]) -> None:
    """Have HAProxy check a configuration.

    Raises:
        StackError: HAProxy found errors in it.
    """
    folder = Path(tempfile.mkdtemp(prefix="robot-cherrypy-"))
    try:
        file = folder / "haproxy.cfg"
        file.write_text(configuration)
        check = subprocess.run(  # noqa: S603 - HAProxy itself
            [executable, "-c", "-f", file],
            cwd=folder,
            pass_fds=descriptors,
            check=False,
            capture_output=True,
            text=True,
            timeout=_CHECK_TIMEOUT,
        )
    finally:
        shutil.rmtree(folder)
    if check.returncode:
        alerts = re.findall(r"^\[ALERT\].*?: (.*)$", check.stderr, re.MULTILINE)
        raise StackError(f"HAProxy refused its configuration: {' '.join(alerts)}")


def _bind_free_port() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)


def _target(check: str) -> str:
    """Return a path as it stands in a request and, between quotes, in the configuration.

    Raises:
        StackError: It is no path.
    """
    if not check.startswith("/"):
        raise StackError(f"check='{check}' is no path: it has to begin with a '/'.")
    return quote(check, safe="/%?&=+:;,@!()*~[]")


def _address(url: str) -> str:
    """Return the address of an instance; of its certificate HAProxy asks nothing."""
    parts = urlsplit(url)
    return f"{parts.netloc} ssl verify none" if parts.scheme == "https" else parts.netloc


def _reason(row: dict[str, str]) -> str:
    """Return why an instance is down, from its row of the statistics."""
    if row["check_status"].endswith("OK"):
        return "a connection to it failed"
    code = row["check_code"] and f"status {row['check_code']}"
    facts = (row["check_desc"] or row["check_status"], code, row["last_chk"])
    return ", ".join(fact for fact in facts if fact)


def _state(status: str) -> State:
    """Return the state that the statistics' column `status` means, such as `UP 1/2`."""
    states: dict[str, State] = {
        "UP": "up",
        "NO": "up",  # "no check": HAProxy does not check it
        "DRAIN": "drain",
        "NOLB": "drain",  # no load balancing: only requests that belong to it already
        "MAINT": "maint",
    }
    return states.get(status.split(maxsplit=1)[0].upper(), "down")
