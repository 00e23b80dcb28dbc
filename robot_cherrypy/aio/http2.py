"""HTTP/2 connections: uvicorn's, with requests that the server knows and can cancel."""

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.zttp_h2_impl import ZttpH2Protocol

from robot_cherrypy.aio.clients import CANCELS

if TYPE_CHECKING:
    from robot_cherrypy.aio.connection import Host
    from robot_cherrypy.asgi import AsgiCallable, Receive, Scope, Send


class Stream:
    """One request of an HTTP/2 connection."""

    def __init__(self, scope: "Scope") -> None:
        self.scope = scope

    def __str__(self) -> str:
        client = self.scope["client"]
        return f"{self.scope['method']} {self.scope['path']} from {client[0] if client else ''}"


class Http2Connection(ZttpH2Protocol):
    """One client's connection."""

    def __init__(self, host: "Host", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.host = host
        self.timeout_keep_alive = int(host.timeout or 0)
        self._served: AsgiCallable = self.app
        self._streams: dict[Any, asyncio.Task[Any]] = {}
        self.app = self._serve

    async def _serve(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        task = asyncio.current_task()
        assert task is not None
        cycle = getattr(receive, "__self__", None)
        scope["extensions"][CANCELS] = {}
        self.host.requests[task] = Stream(scope)
        self._streams[cycle] = task
        try:
            await self._served(scope, receive, send)
        except (KeyboardInterrupt, SystemExit) as error:
            self.transport.close()
            self.host.interrupted(error)
        except asyncio.CancelledError:
            if not self.transport.is_closing():
                raise
        finally:
            del self.host.requests[task], self._streams[cycle]

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the requests in progress, whose client cannot be answered any more."""
        super().connection_lost(exc)
        for task in list(self._streams.values()):
            task.cancel()

    def handle_rst_stream(self, event: Any) -> None:
        """Cancel a request that its client does not want answered any more."""
        cycle = self.cycles.get(event.stream_id)
        super().handle_rst_stream(event)
        if cycle in self._streams:
            self._streams[cycle].cancel()
