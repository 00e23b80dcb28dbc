"""The options of `Library    robot_cherrypy`."""

from dataclasses import dataclass
from datetime import timedelta

from robot_cherrypy.evidence.listener import EvidenceOption
from robot_cherrypy.harness.listening import Kind


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a suite chose when it imported the library."""

    server: Kind
    timeout: timedelta
    evidence: EvidenceOption

    @property
    def timeout_seconds(self) -> float:
        """The time-out as harness functions take it."""
        return self.timeout.total_seconds()
