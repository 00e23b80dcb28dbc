"""Whether anything can still change what a browser shows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pauses import PAUSES
from robot_cherrypy.traffic.exchange import Exchange

# For how long nothing may have happened until a page counts as being at rest, in seconds. Tasks
# that are due at once and what the browser does between two frames are over by then: it is six
# frames, and the tasks that cannot be seen, such as messages between workers, take 1 ms.
_QUIET = 0.1

# How long a browser may take to tell which window is selected, in seconds. It needs 2 ms.
_TIMEOUT = 1.0

# For how long a check that something is not there waits for timers, in seconds. Pages delay what
# they do after input by 0.2 to 0.5 s; a page that only keeps itself up to date waits for longer.
_TIMERS = 1.0

# How often the state is asked for, in seconds: it takes the browser 1 ms.
_INTERVAL = 0.02


@dataclass(frozen=True)
class State:
    """What may change a page.

    Attributes:
        changing: Why something may change, in words; empty if nothing can.
        pending: Those of `changing` that come to an end by themselves.
        version: Another one if anything has changed meanwhile.
        has_dialog: Whether a dialog is open: the next command of the test would close it.
        is_asking: Whether requests are pending.
        sent: The requests that the browser has sent of late, whether they have ended or not.
    """

    changing: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    version: object = None
    has_dialog: bool = False
    is_asking: bool = False
    sent: list[Request] = field(default_factory=list)


class Rest:
    """Knows whether a browser and the servers are at rest.

    Args:
        servers: All servers of the test.
    """

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def state(self, driver: Any, within: float, since: float = 0.0) -> State:
        """Return what may change a page within a time.

        A browser that tells nothing may change at any time.

        Args:
            driver: The browser's.
            within: In seconds.
            since: Older requests are not pending: they are long polls. Of `time.monotonic`.
        """
        observer = observer_of(driver)
        in_flight = self._servers.requests_left_after(0)
        asked = _in_words(in_flight, since)
        try:
            if observer.dialog(_TIMEOUT) is not None:
                return State(has_dialog=True)
            if "scripts" not in observer.offers:
                silence = "a browser that does not tell what it does"
                return State([silence], asked, is_asking=bool(asked))
            logs = observer.networks()
            activity = observer.activity(within, _TIMEOUT)
        except ObserverError:
            return State()  # the browser or its window was closed
        network = [reason for log in logs for reason in log.changing(within)]
        long_polls = self._servers.long_polls
        asked += _in_words([each for log in logs for each in log.running_except(long_polls)], since)
        return State(
            _unique([*_in_words(in_flight), *network, *activity.changing]),
            _unique([*asked, *activity.pending]),
            activity.version,
            is_asking=bool(asked),
            sent=[each for log in logs for each in list(log.requests) if each.started >= since],
        )

    def has_dialog(self, driver: Any) -> bool:
        """Whether a dialog is open in a browser."""
        try:
            return driver is not None and observer_of(driver).dialog(_TIMEOUT) is not None
        except ObserverError:
            return False

    def wait_for_end(self, driver: Any, limit: float) -> None:
        """Wait until all is done that a page and the servers have begun and that ends by itself.

        Timers are waited for only if they are due soon: after now, or after the response to a
        request, which may have set them. What is asked for again and again is a poll; the first
        request of its kind counts.

        Args:
            driver: The browser's.
            limit: The longest time, in seconds. Pauses of the test do not count.
        """
        deadline = PAUSES.monotonic() + limit
        since = time.monotonic() - _TIMERS
        until = time.monotonic() + _TIMERS
        watch, first = Watch(), dict[tuple[str, str], Request]()
        while PAUSES.monotonic() < deadline:
            state = self.state(driver, max(0.0, until - time.monotonic()), since)
            now = time.monotonic()
            for request in state.sent:
                if request is first.setdefault((request.method, request.path), request):
                    until = max(until, (request.ended or now) + _TIMERS)
            is_over = now > until and not state.is_asking
            if is_over or state.has_dialog or watch.is_at_rest(state.pending, state.version):
                return
            time.sleep(_INTERVAL)


def _in_words(requests: Sequence[Exchange | Request], since: float = 0.0) -> list[str]:
    return [f"{each.method} {each.path}" for each in requests if each.started >= since]


class Watch:
    """Tells when nothing has happened for long enough."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._version: object = None

    def is_at_rest(self, reasons: list[str], version: object) -> bool:
        """Whether there is no reason for a change, and has been none for some time."""
        now = PAUSES.monotonic()
        if reasons:
            self._since = None
        elif self._since is None or version != self._version:
            self._since = now
        self._version = version
        return self._since is not None and now - self._since >= _QUIET


def _unique(reasons: list[str]) -> list[str]:
    return list(dict.fromkeys(reasons))
