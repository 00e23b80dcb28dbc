"""CherryPy's process bus in a process that it does not own.

`cherrypy.engine` assumes that the process is its own: `start()` and `exit()` call `os._exit` when a
listener raises (`cherrypy/process/wspbus.py`, 18.10), signals are taken over, and a changed file
executes the program again. In a test run the harness calls the same listeners in the same order,
for one server at a time, and a listener that raises is an ordinary error.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import cherrypy
from cherrypy.process import plugins

from robot_cherrypy.errors import RobotCherryPyError, ServerError
from robot_cherrypy.harness.time_limit import OverdueError, time_limit
from robot_cherrypy.hosting.cherrypy_server import SERVER_START, SERVER_STOP
from robot_cherrypy.stacks import as_text
from robot_cherrypy.traffic.text import text_by

# Plugins that change the process itself: its user, its parent, its program.
_PROCESS_PLUGINS = (plugins.Daemonizer, plugins.DropPrivileges, plugins.Autoreloader)


@dataclass(frozen=True)
class Subscription:
    """One listener of one channel of the bus."""

    channel: str
    listener: Callable[..., Any]
    priority: int

    @property
    def name(self) -> str:
        """The listener's name in errors."""
        qualified = getattr(self.listener, "__qualname__", None)
        return qualified or type(self.listener).__qualname__

    @property
    def owner(self) -> object:
        """The plugin that the listener is a method of, else the listener itself."""
        return getattr(self.listener, "__self__", self.listener)


Subscriptions = frozenset[Subscription]


def subscriptions() -> Subscriptions:
    """Return what is subscribed to the bus now."""
    bus = cherrypy.engine
    return frozenset(
        Subscription(channel, listener, bus._priorities[channel, listener])  # noqa: SLF001 - the bus tells priorities nowhere else
        for channel, listeners in bus.listeners.items()
        for listener in listeners
    )


def subscribe(added: Iterable[Subscription]) -> None:
    """Subscribe each to its channel."""
    for subscription in added:
        cherrypy.engine.subscribe(
            subscription.channel, subscription.listener, subscription.priority
        )


def unsubscribe(removed: Iterable[Subscription]) -> None:
    """Unsubscribe each from its channel."""
    for subscription in removed:
        cherrypy.engine.unsubscribe(subscription.channel, subscription.listener)


class SharedListeners:
    """Counts which servers of this process use a listener.

    A module is imported once, so that two servers may have the same listeners. Each is started with
    the first server that has it and stopped with the last.
    """

    def __init__(self) -> None:
        self._users: Counter[Subscription] = Counter()

    def acquire(self, wanted: Subscriptions) -> Subscriptions:
        """Use listeners for one more server; return those that no server has used before."""
        starting = in_order(wanted, "start")
        self._users.update(starting)
        return frozenset(listener for listener in starting if self._users[listener] == 1)

    def release(self, unwanted: Subscriptions) -> Subscriptions:
        """Use listeners for one server less; return those whose plugin no server uses any more."""
        self._users.subtract(in_order(unwanted, "start"))
        self._users = +self._users  # only those that are still used
        used = {id(listener.owner) for listener in self._users}
        return frozenset(listener for listener in unwanted if id(listener.owner) not in used)


def in_order(some: Subscriptions, channel: str) -> list[Subscription]:
    """Return the listeners of a channel that may be called, in the order of their priority."""
    chosen = [
        subscription
        for subscription in some
        if subscription.channel == channel and not _belongs_to_process(subscription)
    ]
    return sorted(chosen, key=lambda subscription: subscription.priority)


def _belongs_to_process(subscription: Subscription) -> bool:
    """Whether a listener must not run in a process that CherryPy does not own."""
    owner = subscription.owner
    return owner is cherrypy.server or isinstance(owner, _PROCESS_PLUGINS)


def around_server(
    some: Subscriptions, channel: Literal["start", "stop"]
) -> tuple[list[Subscription], list[Subscription]]:
    """Return the listeners to call before the HTTP server starts or stops, and those after it."""
    limit = SERVER_START if channel == "start" else SERVER_STOP
    ordered = in_order(some, channel)
    before = [subscription for subscription in ordered if subscription.priority < limit]
    return before, ordered[len(before) :]


def call(listeners: Iterable[Subscription], limit: float | None = None) -> None:
    """Call listeners one after the other.

    Args:
        listeners: The listeners.
        limit: How long each may take, in seconds; see `time_limit`.

    Raises:
        ServerError: A listener raised, or took too long. Those after it were not called.
    """
    for subscription in listeners:
        try:
            with contextlib.nullcontext() if limit is None else time_limit(limit):
                subscription.listener()
        except OverdueError as error:
            raise ServerError(
                f"The {subscription.channel} listener {subscription.name} did not return within"
                f" {limit:g} s.{as_text([('It', error.stack)])}"
            ) from error
        except RobotCherryPyError as error:
            raise ServerError(str(error)) from error
        except (Exception, SystemExit) as error:
            raise ServerError(
                f"The {subscription.channel} listener {subscription.name} raised"
                f" {type(error).__name__}: {text_by(str, error)}"
            ) from error


def call_all(listeners: Iterable[Subscription], limit: float | None = None) -> list[ServerError]:
    """Call listeners one after the other, whatever they raise; return their errors. See `call`."""
    errors = []
    for subscription in listeners:
        try:
            call([subscription], limit)
        except ServerError as error:
            errors.append(error)
    return errors
