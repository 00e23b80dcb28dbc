"""Applications of other frameworks: Flask (WSGI), and FastAPI on Starlette (ASGI)."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from flask import Flask, Response
from flask import request as flask_request
from starlette.responses import StreamingResponse

_PAGE = """<!DOCTYPE html><html lang="en"><title>{title}</title>
<form method="post" action="order">
<label>Order <input name="dish"></label> <button>Send</button>
</form>
<p id="heard"></p>
<script>
const socket = new WebSocket(new URL('echo', location).href.replace('http', 'ws'));
socket.onopen = () => socket.send('hello');
socket.onmessage = (event) => {{ document.getElementById('heard').textContent = event.data; }};
</script>"""

kitchen = Flask(__name__)


@kitchen.get("/")
def kitchen_form() -> str:
    """Show a form."""
    return _PAGE.format(title="Kitchen").partition("<script>")[0]


@kitchen.post("/order")
def kitchen_order() -> str:
    """Confirm the order."""
    return f"Cooking {flask_request.form['dish']}"


@kitchen.get("/stream")
def kitchen_stream() -> Response:
    """Stream three lines."""

    def pieces() -> Iterator[str]:
        for course in ("starter", "main", "dessert"):
            yield f"{course}\n"

    return Response(pieces(), mimetype="text/plain")


@kitchen.get("/burnt")
def kitchen_burnt() -> str:
    """Raise an error."""
    raise RuntimeError("the kitchen is on fire")


@contextlib.asynccontextmanager
async def _opening_hours(_application: FastAPI) -> AsyncIterator[dict[str, str]]:
    yield {"sign": "open"}


bar = FastAPI(lifespan=_opening_hours)


@bar.get("/", response_class=HTMLResponse)
async def bar_form(request: Request) -> str:
    """Show a form."""
    return _PAGE.format(title=f"Bar is {request.state.sign}")


@bar.post("/order", response_class=HTMLResponse)
async def bar_order(request: Request) -> str:
    """Confirm the order."""
    return f"Mixing {(await request.body()).decode().partition('=')[2]}"


@bar.get("/stream")
async def bar_stream() -> StreamingResponse:
    """Stream three lines."""

    async def pieces() -> AsyncIterator[str]:
        for round_ in ("first", "second", "last"):
            yield f"{round_}\n"

    return StreamingResponse(pieces(), media_type="text/plain")


@bar.get("/burnt")
async def bar_burnt() -> str:
    """Raise an error."""
    raise RuntimeError("the bar is on fire")


@bar.websocket("/echo")
async def bar_echo(websocket: WebSocket) -> None:
    """Send each message back."""
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await websocket.send_text(f"echo: {await websocket.receive_text()}")


def wsgi_function(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Show a title, without a framework."""
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<!DOCTYPE html><title>Plain WSGI</title>"]


async def asgi_function(scope: dict[str, Any], _receive: Any, send: Callable[..., Any]) -> None:
    """Show a title, without a framework and a lifespan."""
    assert scope["type"] == "http"
    headers = [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    page = b"<!DOCTYPE html><title>Plain ASGI</title>"
    await send({"type": "http.response.body", "body": page})


@contextlib.asynccontextmanager
async def _strike(_application: FastAPI) -> AsyncIterator[None]:
    raise RuntimeError("nobody came to work")
    yield


closed = FastAPI(lifespan=_strike)
