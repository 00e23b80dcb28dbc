"""The receivers of reports that the keywords of one library have started."""

from robot_cherrypy.cleanup import Cleanup, Stage
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.harness.report_receiver import ReportReceiver


class Reports:
    """Starts receivers, one for each address; they end with the suite that wanted them first."""

    def __init__(self, cleanup: Cleanup) -> None:
        self._cleanup = cleanup
        self._receivers: dict[tuple[str, int], ReportReceiver] = {}

    @property
    def newest(self) -> ReportReceiver | None:
        """The receiver that was started last, None if there is none."""
        return next(reversed(self._receivers.values()), None)

    def receive(self, host: str, port: int, name: str) -> dict[str, str]:
        """Start a receiver, unless it runs; return the variables for servers that report to it.

        Args:
            host: Address to bind.
            port: Port to bind, 0 for a free one.
            name: Name or address by which servers reach it.
        """
        key = host, port
        if key not in self._receivers:
            receiver = self._receivers[key] = ReportReceiver(host, port)
            SECRETS.add([receiver.token])
            # Planned before what reports, it ends after it.
            self._cleanup.at_end_of_suite(
                f"reports at {host}", lambda: self._receivers.pop(key).stop(), Stage.DATABASES
            )
        return self._receivers[key].environment(name)
