"""Applications of other frameworks, which do not know that CherryPy serves them."""

import asyncio
import contextlib

import cherrypy
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from flask import Flask, Response, request
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, StreamingResponse

EVENTS = []

flask = Flask(__name__)


@flask.get("/")
def flask_index():
    """Return the path at which Flask is mounted."""
    return f"Flask at {request.script_root or '/'}"


@flask.post("/size")
def flask_size():
    """Return the size of the request's body."""
    return str(len(request.get_data()))


@flask.post("/size-later")
async def flask_size_later():
    """Return the size of the request's body, from a coroutine on an event loop of Flask's own."""
    await asyncio.sleep(0)
    first = request.stream.read(3)
    rest = await asyncio.to_thread(request.stream.read)
    return str(len(first + rest))


@flask.get("/stream")
def flask_stream():
    """Return a response in pieces."""
    return Response((f"{number}\n" for number in range(3)), mimetype="text/plain")


@contextlib.asynccontextmanager
async def lifespan(_application):
    """Start up with a state for the requests, and shut down."""
    EVENTS.append("up")
    yield {"loop": asyncio.get_running_loop()}
    EVENTS.append("down")


fastapi = FastAPI(lifespan=lifespan)


@fastapi.get("/", response_class=PlainTextResponse)
async def index(request: Request):
    """Return the path at which FastAPI is mounted."""
    assert request.state.loop is asyncio.get_running_loop()
    return f"FastAPI at {request.scope['root_path'] or '/'}"


@fastapi.get("/name/{name}", response_class=PlainTextResponse)
async def name(name: str, word: str):
    """Return a segment of the path and a value of the query."""
    return f"{name} {word}"


@fastapi.post("/size", response_class=PlainTextResponse)
async def size(request: Request):
    """Return the size of the request's body."""
    return str(len(await request.body()))


@fastapi.get("/stream")
async def stream():
    """Return a response in pieces."""

    async def pieces():
        for number in range(3):
            yield f"{number}\n"

    return StreamingResponse(pieces(), media_type="text/plain")


@fastapi.get("/endless")
async def endless():
    """Return a response without an end."""

    async def pieces():
        try:
            while True:
                yield "more\n"
                await asyncio.sleep(0.001)
        finally:
            EVENTS.append("left")

    return StreamingResponse(pieces())


@fastapi.get("/broken")
async def broken():
    """Raise an error."""
    raise RuntimeError("out of order")


@fastapi.get("/later")
async def later():
    """Return a response, and do something after it."""
    return PlainTextResponse("now", background=BackgroundTask(EVENTS.append, "later"))


@fastapi.websocket("/echo")
async def echo(websocket: WebSocket):
    """Send back each message."""
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await websocket.send_text(await websocket.receive_text())


@contextlib.asynccontextmanager
async def failing_lifespan(_application):
    """Fail to start up."""
    raise RuntimeError("no database")
    yield


failing = FastAPI(lifespan=failing_lifespan)


async def without_lifespan(scope, receive, send):
    """Answer requests and refuse everything else, as Django's handler does."""
    if scope["type"] != "http":
        raise ValueError(scope["type"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"plain"})


async def _endless_pieces(_referrers):
    """Yield pieces without an end; the argument makes a cycle of references, as tracebacks do."""
    try:
        while True:
            yield b"more"
    finally:
        EVENTS.append("left")


async def bare_stream(scope, receive, send):
    """Stream without an end, and never ask whether the client has left."""
    if scope["type"] == "lifespan":
        for event in ("startup", "shutdown"):
            await receive()
            EVENTS.append({"startup": "up", "shutdown": "down"}[event])
            await send({"type": f"lifespan.{event}.complete"})
        return
    if scope["path"] == "/short":
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"short"})
        return
    referrers = []
    pieces = _endless_pieces(referrers)
    referrers.append(pieces)
    await send({"type": "http.response.start", "status": 200})
    async for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})


async def silent(scope, receive, send):
    """Return without a response."""


class Beside:
    """A CherryPy application."""

    @cherrypy.expose
    def index(self):
        return "CherryPy"
