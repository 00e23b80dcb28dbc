"""The lifespan protocol from the server's side (ASGI, "Lifespan Protocol", 2.0)."""

import asyncio
import weakref
from collections.abc import Iterable
from typing import Any

import cherrypy

from robot_cherrypy import stacks
from robot_cherrypy.asgi import AsgiCallable, Message, Scope
from robot_cherrypy.errors import ApplicationError

# The event loop of the asyncio server that serves a `cherrypy._cptree.Tree`, by tree. The server's
# lifespan (`aio.request.lifespan`) adds it, and removes it when it shuts down.
LOOP_OF_TREE: weakref.WeakKeyDictionary[Any, asyncio.AbstractEventLoop] = (
    weakref.WeakKeyDictionary()
)

# How long an application may take to end after it was cancelled, in seconds: enough to close
# connections. One that ignores its cancellation must not hold up the server.
_CANCEL_GRACE = 1.0


class LifespanError(ApplicationError):
    """An ASGI application failed to start up or to shut down."""

    def __init__(self, event: str, reason: str) -> None:
        super().__init__(f"The application's {event} failed: {reason}")


class LifespanTimeoutError(LifespanError):
    """An ASGI application took too long to start up or to shut down.

    Attributes:
        where: The stacks of what it runs, as in the message; empty if it runs nothing.
    """

    def __init__(self, event: str, timeout: float) -> None:
        """Make the message, which says where the application is now.

        Args:
            event: `startup` or `shutdown`.
            timeout: How long it was waited for, in seconds.
        """
        act = {"startup": "start up", "shutdown": "shut down"}[event]
        self.where = stacks.startup_stacks()
        ApplicationError.__init__(
            self, f"The application did not {act} within {timeout:g} s.{self.where}"
        )


class Lifespan:
    """Starts up and shuts down an ASGI application.

    An application that does not know the protocol is served all the same: it raises when it is
    called with the scope, or with the first event (ASGI, "Lifespan Protocol", Scope). A line of the
    log says so. What else it raises, or sends unasked, is logged or fails its shutdown.

    Args:
        application: The application.
        extensions: The names in the scope's `extensions`.
    """

    def __init__(self, application: AsgiCallable, extensions: Iterable[str] = ()) -> None:
        self.state: dict[str, Any] = {}
        self._application = application
        self._extensions: Scope = {name: {} for name in extensions}
        self._to_application: asyncio.Queue[Message] = asyncio.Queue()
        self._from_application: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        # The event that the application has not completed yet.
        self._event: str | None = None
        self._knows_protocol = False
        self._failure: LifespanError | None = None

    async def startup(self, timeout: float) -> None:  # noqa: ASYNC109 - the error names it
        """Start the application up on the running loop; a further call waits for the first.

        Raises:
            LifespanError: It failed, or took longer than `timeout` seconds.
        """
        if self._starting is None:
            self._starting = asyncio.create_task(self._startup(timeout))
            # One that gives up waiting does not read the error, of which asyncio would complain.
            self._starting.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._starting)

    async def shutdown(self, timeout: float) -> None:  # noqa: ASYNC109 - the error names it
        """Shut the application down, if it was started up.

        Raises:
            LifespanError: It failed, or took longer than `timeout` seconds.
        """
        if self._event is not None and self._task is not None:
            await _cancel(self._task)  # it has not started up
        elif self._task is not None and not self._task.done():
            self._task.remove_done_callback(self._log_end)
            await self._request("shutdown", timeout)
            await asyncio.wait({self._task}, timeout=timeout)
            error = await _cancel(self._task)
            if error is not None:
                raise LifespanError("shutdown", shown(error)) from error
        if self._failure is not None:
            raise self._failure

    async def _startup(self, timeout: float) -> None:  # noqa: ASYNC109 - the error names it
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
            "extensions": self._extensions,
        }
        self._task = asyncio.create_task(self._run(scope), name="lifespan")
        if await self._request("startup", timeout):
            self._task.add_done_callback(self._log_end)

    async def _run(self, scope: Scope) -> None:
        try:
            await self._application(scope, self._receive, self._send)
        except (SystemExit, KeyboardInterrupt) as error:
            if self._event is None:
                raise  # it ends the server, as one of a page handler does
            # A task hands these two on to who runs the event loop.
            raise _ExitError from error

    async def _receive(self) -> Message:
        message = await self._to_application.get()
        self._knows_protocol = True
        return message

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if self._event is not None and kind.startswith(f"lifespan.{self._event}."):
            self._event = None
            self._from_application.put_nowait(message)
        elif kind == "lifespan.shutdown.failed":
            self._failure = _failure("shutdown", message)
        else:
            self._knows_protocol = kind.startswith("lifespan.")
            raise RuntimeError(f"'{kind}' is not expected now.")

    async def _request(self, event: str, timeout: float) -> bool:  # noqa: ASYNC109 - the error names it
        """Ask the application to start up or shut down, and wait until it says that it has.

        Returns:
            Whether it has said so, and not ended in place of that.
        """
        assert self._task is not None
        self._event = event
        self._to_application.put_nowait({"type": f"lifespan.{event}"})
        outcome = asyncio.create_task(self._from_application.get())
        await asyncio.wait(
            {self._task, outcome}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        if outcome.done():
            message = outcome.result()
            if message["type"] == f"lifespan.{event}.failed":
                cause = await _cancel(self._task)
                if isinstance(cause, LifespanError):  # of an application within this one
                    raise cause
                raise _failure(event, message) from cause
            return True
        outcome.cancel()
        if not self._task.done():
            error = LifespanTimeoutError(event, timeout)
            await _cancel(self._task)
            raise error
        was_cancelled = self._task.cancelled()
        self._ended_in(event, asyncio.CancelledError() if was_cancelled else self._task.exception())
        return False

    def _ended_in(self, event: str, error: BaseException | None) -> None:
        """Raise or log the error with which the application has ended in place of a message."""
        self._event = None
        if isinstance(error, _ExitError):
            raise LifespanError(event, shown(error.__cause__)) from error.__cause__
        if error is None:
            return
        if event == "shutdown":
            raise LifespanError(event, shown(error)) from error
        if self._knows_protocol:
            _log(f"The application is served though its {event} raised {shown(error)}", error)
        else:
            cherrypy.engine.log(f"The application has no lifespan: it raised {shown(error)}")

    def _log_end(self, task: "asyncio.Task[None]") -> None:
        """Log the error with which the lifespan of an application that is served has ended."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            _log(f"The application's lifespan ended while it was served: {shown(error)}", error)


class _ExitError(Exception):
    """The application raised SystemExit or KeyboardInterrupt, which is the cause."""


async def _cancel(task: "asyncio.Task[None]") -> BaseException | None:
    """End a task; return the error with which it has ended."""
    task.cancel()
    await asyncio.wait({task}, timeout=_CANCEL_GRACE)
    return None if not task.done() or task.cancelled() else task.exception()


def _failure(event: str, message: Message) -> LifespanError:
    text = message.get("message", "").strip()
    error = LifespanError(event, text.rpartition("\n")[2] or "no reason given")
    error.add_note(text)
    return error


def shown(error: BaseException | None) -> str:
    """Return an error's class and text."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _log(text: str, error: BaseException) -> None:
    """Log an error with its traceback, which the log takes from the one that is handled."""
    try:
        raise error  # noqa: TRY301
    except BaseException:  # noqa: BLE001
        cherrypy.engine.log(text, level=40, traceback=True)
