"""Servers in child processes."""

from typing import Any

from robot_cherrypy.harness.child import Child
from robot_cherrypy.harness.child_coverage import CHILD_COVERAGE
from robot_cherrypy.harness.server import Launch, Server, Stopped
from robot_cherrypy.harness.server_thread import DRAIN
from robot_cherrypy.processes.output import Output
from robot_cherrypy.stacks import Stack
from robot_cherrypy.traffic import wire
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.faults import Fault


class ChildProcessServer(Server):
    """A server that `robot-cherrypy serve` runs in a child process."""

    output: Output

    def __init__(self, launch: Launch) -> None:
        super().__init__(launch)
        self.output = Output()
        self._receiver = wire.Receiver(launch.alias)
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """See `Server.url`."""
        return str(self._child.facts.get("url", "")) if self._child else ""

    @property
    def end_reason(self) -> str | None:
        """See `Server.end_reason`."""
        return self._child.end_reason if self._child else None

    @property
    def process_id(self) -> int:
        """The identifier of the child process."""
        return self._started.process_id

    def start(self) -> None:
        """See `Server.start`."""
        self._child = Child(self.launch, self.output, self._receiver)
        try:
            self._child.wait_until_ready()
        except BaseException:
            self._child.kill()
            raise
        self.remarks = list(self._child.facts.get("remarks", ()))
        CHILD_COVERAGE.add(self)

    def switch_coverage(self, context: str) -> None:
        """Count what the child does from now on for a context of coverage."""
        if self.is_running:
            self._started.ask("switch_coverage", context=context)

    def in_flight(self) -> list[Exchange]:
        """See `Server.in_flight`."""
        return self._ask_for_exchanges("in_flight")

    def stacks(self) -> list[Stack]:
        """See `Server.stacks`."""
        return [
            (f"{title} of server '{self.alias}'", text)
            for title, text in self._started.ask("stacks")
        ]

    def requests_left_after(
        self, timeout: float, except_paths: tuple[str, ...] = ()
    ) -> list[Exchange]:
        """See `Server.requests_left_after`."""
        return self._ask_for_exchanges(
            "requests_left_after", within=timeout, timeout=timeout, except_paths=except_paths
        )

    def wait_for_end(self, since: float, timeout: float) -> None:
        """See `Server.wait_for_end`."""
        self._ask_for_exchanges("wait_for_end", within=timeout, since=since, timeout=timeout)

    def arm(self, fault: Fault) -> None:
        """See `Server.arm`."""
        self._started.ask("arm", **fault.as_json())

    def clear_faults(self, fault: Fault | None = None) -> None:
        """See `Server.clear_faults`."""
        self._started.ask("clear_faults", number=None if fault is None else fault.number)

    def refuse_connections(self) -> None:
        """See `Server.refuse_connections`."""
        self._started.ask("refuse_connections", within=DRAIN)

    def accept_connections(self) -> None:
        """See `Server.accept_connections`."""
        self._started.ask("accept_connections")

    def stop(self) -> Stopped:
        """See `Server.stop`."""
        return self._child.stop() if self._child else Stopped()

    def kill(self) -> None:
        """End the process and all that it started, at once."""
        self._started.kill()

    @property
    def _started(self) -> Child:
        assert self._child is not None, "the server was not started"
        return self._child

    def _ask_for_exchanges(
        self, command: str, *, within: float = 0.0, **arguments: Any
    ) -> list[Exchange]:
        exchanges = self._started.ask(command, within=within, **arguments)
        return [self._receiver.receive_exchange(values) for values in exchanges]
