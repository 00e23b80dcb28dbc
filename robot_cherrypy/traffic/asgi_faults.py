"""Faults on the event loop of the asyncio server."""

import asyncio

from robot_cherrypy.asgi import AsgiCallable, Message, Receive, Scope, Send
from robot_cherrypy.asgi.cancelling import cancel
from robot_cherrypy.traffic.faults import Cut, Injection, Wait, error_page


def injected(application: AsgiCallable, injection: Injection) -> AsgiCallable:
    """Return an ASGI application whose response suffers the faults of an injection."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        if injection.delay:
            await injection.wait_async(injection.delay)
        if injection.drop:
            await _disconnect()
        if injection.status:
            await _send_error(injection.status, send)
        else:
            await application(scope, receive, _faulty_send(send, injection))

    return faulty


async def _disconnect() -> None:
    """Cancel the request as the server does, which then closes the connection."""
    task = asyncio.current_task()
    assert task is not None
    cancel(task)
    await asyncio.sleep(0)


async def _send_error(status: int, send: Send) -> None:
    phrase, body = error_page(status)
    headers = [(b"Content-Type", b"text/plain"), (b"Content-Length", b"%d" % len(body))]
    start = {"type": "http.response.start", "status": status, "reason": phrase.encode()}
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _faulty_send(send: Send, injection: Injection) -> Send:
    async def send_part(body: bytes, *, more: bool) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": more})

    async def faulty_send(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        for step in injection.steps(message.get("body", b"")):
            match step:
                case Wait(seconds):
                    await injection.wait_async(seconds)
                case Cut():
                    await _disconnect()
                case part:
                    await send_part(part, more=True)
        if not message.get("more_body", False):
            await send_part(b"", more=False)

    return faulty_send
