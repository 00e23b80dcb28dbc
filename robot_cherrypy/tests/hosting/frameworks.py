"""Applications of frameworks that know nothing of CherryPy."""

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
    """Where Flask believes to be."""
    return f"Flask at {request.script_root or '/'}"


@flask.post("/size")
def flask_size():
    """How much arrived."""
    return str(len(request.get_data()))


@flask.get("/stream")
def flask_stream():
    """A response in pieces."""
    return Response((f"{number}\n" for number in range(3)), mimetype="text/plain")


@contextlib.asynccontextmanager
async def lifespan(_application):
    """Hand a state to the requests."""
    EVENTS.append("up")
    yield {"loop": asyncio.get_running_loop()}
    EVENTS.append("down")


fastapi = FastAPI(lifespan=lifespan)


@fastapi.get("/", response_class=PlainTextResponse)
async def index(request: Request):
    """Where FastAPI believes to be."""
    assert request.state.loop is asyncio.get_running_loop()
    return f"FastAPI at {request.scope['root_path'] or '/'}"


@fastapi.get("/name/{name}", response_class=PlainTextResponse)
async def name(name: str, word: str):
    """What was asked for."""
    return f"{name} {word}"


@fastapi.post("/size", response_class=PlainTextResponse)
async def size(request: Request):
    """How much arrived."""
    return str(len(await request.body()))


@fastapi.get("/stream")
async def stream():
    """A response in pieces."""

    async def pieces():
        for number in range(3):
            yield f"{number}\n"

    return StreamingResponse(pieces(), media_type="text/plain")


@fastapi.get("/endless")
async def endless():
    """A response without an end."""

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
    """A page that fails."""
    raise RuntimeError("out of order")


@fastapi.get("/later")
async def later():
    """A response, and work after it."""
    return PlainTextResponse("now", background=BackgroundTask(EVENTS.append, "later"))


@fastapi.websocket("/echo")
async def echo(websocket: WebSocket):
    """Send back what comes."""
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await websocket.send_text(await websocket.receive_text())


@contextlib.asynccontextmanager
async def failing_lifespan(_application):
    """Do not start up."""
    raise RuntimeError("no database")
    yield


failing = FastAPI(lifespan=failing_lifespan)


async def without_lifespan(scope, receive, send):
    """Answer requests and nothing else, as Django's handler does."""
    if scope["type"] != "http":
        raise ValueError(scope["type"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"plain"})


async def silent(scope, receive, send):
    """Return without an answer."""


class Beside:
    """A CherryPy application."""

    @cherrypy.expose
    def index(self):
        return "CherryPy"
