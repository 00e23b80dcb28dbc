"""A server that somebody else has started, and that the test only uses."""

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.report_receiver import ReportReceiver
from robot_cherrypy.harness.server import Launch, Server, Stopped
from robot_cherrypy.stacks import Stack
from robot_cherrypy.traffic.exchange import Exchange
from robot_cherrypy.traffic.faults import Fault


class RemoteServer(Server):
    """A server known by its URL. What it does is known as far as it reports to the test."""

    def __init__(
        self,
        alias: str,
        url: str,
        receiver: ReportReceiver | None,
        long_polls: tuple[str, ...] = (),
    ) -> None:
        """Use a server.

        Args:
            alias: Its name for the test.
            url: Its base URL.
            receiver: What gets its reports, if anything does.
            long_polls: See `Idleness.stays_open`; here, only of what browsers ask it for.
        """
        launch = Launch(application=url, alias=alias, configuration={}, long_polls=long_polls)
        super().__init__(launch)
        self._url = url.rstrip("/")
        self._receiver = receiver

    @property
    def url(self) -> str:
        """See `Server.url`."""
        return self._url

    @property
    def end_reason(self) -> str | None:
        """See `Server.end_reason`; nobody knows here."""
        return None

    def start(self) -> None:
        """Do nothing: it runs."""

    def stop(self) -> Stopped:
        """Leave it as it is; the test does not use it any more."""
        return Stopped()

    def wait_for_end(self, since: float, timeout: float) -> None:  # noqa: ARG002 - it cannot be asked
        """Wait for reports that are on their way."""
        if self._receiver:
            self._receiver.wait_until_quiet(timeout)

    def in_flight(self) -> list[Exchange]:
        """See `Server.in_flight`."""
        raise self._needs("what is in flight")

    def stacks(self) -> list[Stack]:
        """See `Server.stacks`; they are not known."""
        return []

    def requests_left_after(
        self,
        timeout: float,  # noqa: ARG002 - it cannot be asked
        except_paths: tuple[str, ...] = (),  # noqa: ARG002
    ) -> list[Exchange]:
        """See `Server.requests_left_after`."""
        raise self._needs("'Wait Until Server Is Idle'")

    def arm(self, fault: Fault) -> None:  # noqa: ARG002 - it takes none
        """See `Server.arm`."""
        raise self._needs("a fault")

    def clear_faults(self, fault: Fault | None = None) -> None:
        """Do nothing: it has none."""

    def refuse_connections(self) -> None:
        """See `Server.refuse_connections`."""
        raise self._needs("'Refuse Connections'")

    def accept_connections(self) -> None:
        """Do nothing: its port cannot have been closed here."""

    def _needs(self, what: str) -> ServerError:
        return ServerError(
            f"Server '{self.alias}' runs elsewhere, at {self._url}: {what} needs a server of"
            " 'Start Server'."
        )
