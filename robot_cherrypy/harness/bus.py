"""CherryPy's process bus in a process that it does not own.

`cherrypy.engine` believes that the process is its own: `start()` and `exit()` call `os._exit` when
a listener raises (`cherrypy/process/wspbus.py`, 18.10), signals are taken over and a changed file
re-executes the program. Under a test run the same listeners are called in the same order, but by
us, a server at a time, and an error is an ordinary error.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cherrypy
from cherrypy.process import plugins, wspbus

from robot_cherrypy.errors import RobotCherryPyError, ServerError

# When CherryPy's own server starts and stops among the listeners (`cherrypy/_cpserver.py`,
# `cherrypy/process/servers.py`).
_SERVER_START = 75
_SERVER_STOP = 25

# They change the process itself: its user, its parent, its very program.
_PROCESS_PLUGINS = (plugins.Daemonizer, plugins.DropPrivileges, plugins.Autoreloader)


@dataclass(frozen=True)
class Subscription:
    """One listener of one channel of the bus."""

    channel: str
    listener: Callable[..., Any]
    priority: int

    @property
    def name(self) -> str:
        """How an error names the listener."""
        qualified = getattr(self.listener, "__qualname__", None)
        return qualified or type(self.listener).__qualname__

    @property
    def belongs_to_process(self) -> bool:
        """Whether the listener must not run in a process that CherryPy does not own."""
        owner = getattr(self.listener, "__self__", None)
        return owner is cherrypy.server or isinstance(owner, _PROCESS_PLUGINS)


Subscriptions = frozenset[Subscription]


def subscriptions() -> Subscriptions:
    """Return what is subscribed to the bus now."""
    bus = cherrypy.engine
    return frozenset(
        Subscription(channel, listener, bus._priorities[channel, listener])  # noqa: SLF001
        for channel, listeners in bus.listeners.items()
        for listener in listeners
    )


def subscribe(some: Iterable[Subscription]) -> None:
    """Subscribe each to its channel."""
    for one in some:
        cherrypy.engine.subscribe(one.channel, one.listener, one.priority)


def unsubscribe(some: Iterable[Subscription]) -> None:
    """Unsubscribe each from its channel."""
    for one in some:
        cherrypy.engine.unsubscribe(one.channel, one.listener)


class Bus:
    """Runs listeners for the servers of this process, each from its first user to its last."""

    def __init__(self) -> None:
        self._users: Counter[Subscription] = Counter()

    def start(self, some: Subscriptions, listen: Callable[[], None]) -> None:
        """Call the start listeners among `some`, and `listen` where the server has its turn.

        Raises:
            ServerError: A listener raised. Those called before it are still started.
        """
        cherrypy.engine.state = wspbus.states.STARTED
        ordered = _in_order(some, "start")
        early = [one for one in ordered if one.priority < _SERVER_START]
        for one in early:
            self._start_one(one)
        listen()
        for one in ordered[len(early) :]:
            self._start_one(one)

    def stop(self, some: Subscriptions, close: Callable[[], None]) -> list[ServerError]:
        """Call the stop and exit listeners that no other server uses, and `close` in its turn.

        Returns:
            What the listeners raised; all of them were called.
        """
        for one in _in_order(some, "start"):
            self._users[one] -= 1
        self._users = +self._users  # only those still used
        used = {id(_owner(one)) for one in self._users}
        ordered = [one for one in _in_order(some, "stop") if id(_owner(one)) not in used]
        early = [one for one in ordered if one.priority < _SERVER_STOP]
        errors = _call_all(early)
        close()
        errors += _call_all(ordered[len(early) :])
        leaving = [one for one in _in_order(some, "exit") if id(_owner(one)) not in used]
        return errors + _call_all(leaving)

    def _start_one(self, one: Subscription) -> None:
        self._users[one] += 1
        if self._users[one] == 1:
            _call(one)


def _owner(one: Subscription) -> object:
    """Return the plugin that a listener belongs to, else the listener itself."""
    return getattr(one.listener, "__self__", one.listener)


def _in_order(some: Subscriptions, channel: str) -> list[Subscription]:
    chosen = [one for one in some if one.channel == channel and not one.belongs_to_process]
    return sorted(chosen, key=lambda one: one.priority)


def _call_all(some: Iterable[Subscription]) -> list[ServerError]:
    errors = []
    for one in some:
        try:
            _call(one)
        except ServerError as error:
            errors.append(error)
    return errors


def _call(one: Subscription) -> None:
    try:
        one.listener()
    except RobotCherryPyError as error:
        raise ServerError(str(error)) from error
    except (Exception, SystemExit) as error:
        raise ServerError(
            f"The {one.channel} listener {one.name} raised {type(error).__name__}: {error}"
        ) from error


@contextlib.contextmanager
def borrowed(exit_requested: Callable[[str], None]) -> Iterator[None]:
    """Keep the bus from ending the process; tell who asked it to.

    Args:
        exit_requested: Called with what an application called, such as `cherrypy.engine.exit()`.
    """
    bus = cherrypy.engine
    replacements: list[tuple[object, str, Callable[..., None]]] = [
        (bus, "start", lambda: None),
        (bus, "block", lambda interval=0.1: None),  # noqa: ARG005
        (bus, "stop", lambda: exit_requested("cherrypy.engine.stop()")),
        (bus, "exit", lambda: exit_requested("cherrypy.engine.exit()")),
        (bus, "restart", lambda: exit_requested("cherrypy.engine.restart()")),
        (bus.signals, "subscribe", lambda: None),
        (bus.signal_handler, "subscribe", lambda: None),
    ]
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)
    try:
        yield
    finally:
        for owner, name, _ in replacements:
            delattr(owner, name)
