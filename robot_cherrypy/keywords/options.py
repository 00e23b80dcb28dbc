"""The options of the library."""

from dataclasses import dataclass
from datetime import timedelta

from robot_cherrypy.evidence.options import ListenerOptions
from robot_cherrypy.harness.server_thread import Kind


@dataclass(frozen=True, kw_only=True)
class Options(ListenerOptions):
    """The arguments with which a suite imported the library; see `CherryPyLibrary`."""

    server: Kind = "threaded"
    long_polls: tuple[str, ...] = ()
    headed: bool = False
    browser: str = "auto"
    grid_url: str = ""

    def timeout_seconds(self, timeout: timedelta | None = None) -> float:
        """Return the time-out of a keyword in seconds; the library's if the keyword got none."""
        return (self.timeout if timeout is None else timeout).total_seconds()
