"""Whether anything can still change what a browser shows."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.observers import observer_of
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
    """

    changing: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    version: object = None
    has_dialog: bool = False


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
        try:
            if observer.dialog(_TIMEOUT) is not None:
                return State(has_dialog=True)
            requests: list[Exchange | Request] = [*self._in_flight()]
            if "commands" not in observer.offers:
                silence = "a browser that does not tell what it does"
                return State([silence], _in_words(requests, since))
            logs = observer.networks()
            activity = observer.activity(within, _TIMEOUT)
        except ObserverError:
            return State()  # the browser or its window was closed
        network = [reason for log in logs for reason in log.changing(within)]
        running = [request for log in logs for request in log.running]
        return State(
            _unique([*_in_words(requests), *network, *activity.changing]),
            _unique([*_in_words([*requests, *running], since), *activity.pending]),
            activity.version,
        )

    def has_dialog(self, driver: Any) -> bool:
        """Whether a dialog is open in a browser."""
        try:
            return driver is not None and observer_of(driver).dialog(_TIMEOUT) is not None
        except ObserverError:
            return False

    def wait_for_end(self, driver: Any, limit: float) -> None:
        """Wait until all is done that a page and the servers have begun and that ends by itself.

        Timers are waited for only if they are due soon.

        Args:
            driver: The browser's.
            limit: The longest time, in seconds.
        """
        started = time.monotonic()
        watch = Watch()
        while (elapsed := time.monotonic() - started) < limit:
            state = self.state(driver, max(0.0, _TIMERS - elapsed), started - _TIMERS)
            is_over = elapsed > _TIMERS and not self._in_flight(started - _TIMERS)
            if is_over or state.has_dialog or watch.is_at_rest(state.pending, state.version):
                return
            time.sleep(_INTERVAL)

    def _in_flight(self, since: float = 0.0) -> list[Exchange]:
        left = self._servers.requests_left_after(0)
        return [exchange for exchange in left if exchange.started >= since]


def _in_words(requests: Iterable[Exchange | Request], since: float = 0.0) -> list[str]:
    return [f"{each.method} {each.path}" for each in requests if each.started >= since]


class Watch:
    """Tells when nothing has happened for long enough."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._version: object = None

    def is_at_rest(self, reasons: list[str], version: object) -> bool:
        """Whether there is no reason for a change, and has been none for some time."""
        now = time.monotonic()
        if reasons:
            self._since = None
        elif self._since is None or version != self._version:
            self._since = now
        self._version = version
        return self._since is not None and now - self._since >= _QUIET


def _unique(reasons: list[str]) -> list[str]:
    return list(dict.fromkeys(reasons))
