"""What the ASGI specification calls things, and its lifespan protocol from the server's side."""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from robot_cherrypy.errors import ApplicationError

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiCallable = Callable[[Scope, Receive, Send], Awaitable[None]]

VERSION = {"version": "3.0", "spec_version": "2.3"}

loops: "weakref.WeakKeyDictionary[Any, asyncio.AbstractEventLoop]" = weakref.WeakKeyDictionary()
"""The event loop that serves a `cherrypy._cptree.Tree`, while an asyncio server does."""


class LifespanError(ApplicationError):
    """An ASGI application did not start up or shut down."""

    def __init__(self, event: str, reason: str) -> None:
        super().__init__(f"The application's {event} failed: {reason}")
        self.reason = reason


class Lifespan:
    """Starts an ASGI application up and shuts it down (ASGI, "Lifespan Protocol", 2.0).

    Args:
        application: It need not know the protocol.
        extensions: The scope's.
    """

    def __init__(self, application: AsgiCallable, extensions: Iterable[str] = ()) -> None:
        self.state: dict[str, Any] = {}
        self._application = application
        self._extensions: Scope = {name: {} for name in extensions}
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._replies: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None

    async def startup(self, timeout: float) -> None:  # noqa: ASYNC109 - tells who was too slow
        """Start the application up on the running loop; further calls wait for the first.

        Raises:
            LifespanError: It failed, or took longer than `timeout` seconds.
        """
        if self._starting is None:
            self._starting = asyncio.create_task(self._startup(timeout))
        await asyncio.shield(self._starting)

    async def shutdown(self, timeout: float) -> None:  # noqa: ASYNC109 - likewise
        """Shut the application down, if it was started up.

        Raises:
            LifespanError: It failed, or took longer than `timeout` seconds.
        """
        if self._task is not None and not self._task.done():
            await self._tell("shutdown", timeout)
            await asyncio.wait({self._task}, timeout=timeout)
            await _end(self._task)

    async def _startup(self, timeout: float) -> None:  # noqa: ASYNC109 - likewise
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
            "extensions": self._extensions,
        }
        self._task = asyncio.create_task(self._run(scope))
        await self._tell("startup", timeout)

    async def _run(self, scope: Scope) -> None:
        await self._application(scope, self._inbox.get, self._replies.put)

    async def _tell(self, event: str, timeout: float) -> None:  # noqa: ASYNC109 - likewise
        assert self._task is not None
        self._inbox.put_nowait({"type": f"lifespan.{event}"})
        reply = asyncio.create_task(self._replies.get())
        await asyncio.wait(
            {self._task, reply}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        if reply.done():
            message = reply.result()
            if message["type"] == f"lifespan.{event}.failed":
                await _end(self._task)
                raise _failure(event, message.get("message", "").strip())
            return
        reply.cancel()
        if not self._task.done():
            await _end(self._task)
            raise LifespanError(event, f"it took longer than {timeout:g} s")
        error = self._task.exception()
        # To raise at the scope itself is how an application says that it does not know the
        # protocol; it is served all the same.
        if error is not None and event == "shutdown":
            raise LifespanError(event, repr(error)) from error


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()


def _failure(event: str, message: str) -> LifespanError:
    error = LifespanError(event, message.rpartition("\n")[2] or "no reason given")
    error.add_note(message)
    return error
