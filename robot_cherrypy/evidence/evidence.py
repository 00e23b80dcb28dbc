"""All that is known of a test at its end."""

import math
from dataclasses import dataclass, field
from typing import Any

from robot_cherrypy.evidence.request_details import EarlierRequests
from robot_cherrypy.evidence.server_settings import ServerSettings
from robot_cherrypy.evidence.timeline import Timeline
from robot_cherrypy.pages.clicks import PageBefore
from robot_cherrypy.pages.view import BrowserView
from robot_cherrypy.traffic.exchange import Exchange, LogLine, RecordedError


@dataclass
class Evidence:
    """What is known of a test at its end.

    Attributes:
        timeline: Its keywords and requests.
        server_errors: The server errors that its requests led to.
        views: What open browsers show, the current one first.
        exchanges: The requests that servers received during the test.
        log_lines: What servers wrote into their error logs during the test.
        sessions: A title and the values of each session of its requests.
        outputs: A title and the text of what each program printed during the test.
        stacks: Where the servers were, if requests were in flight; or nothing.
        earlier: The latest request to each path in a test that passed.
        click: The page before the last click; None if there was no click, or it is not known.
        collected: When it was collected, of `time.monotonic`; what ended later did so unseen.
        clock: The time of day at which the evidence was collected, and that of applications.
        servers: The settings of the servers that had been started.
        film: An animated WebP of the browser, or nothing.
        is_failed: Whether the test has failed; its block is unfolded and begins with findings.
        faults: The parts that could not be collected, with what went wrong.
    """

    timeline: Timeline
    server_errors: list[RecordedError] = field(default_factory=list)
    views: list[BrowserView] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    log_lines: list[LogLine] = field(default_factory=list)
    sessions: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    stacks: str = ""
    earlier: EarlierRequests = field(default_factory=dict)
    click: PageBefore | None = None
    collected: float = math.inf
    clock: str = ""
    servers: list[ServerSettings] = field(default_factory=list)
    film: bytes = b""
    is_failed: bool = False
    faults: list[tuple[str, Exception]] = field(default_factory=list)
