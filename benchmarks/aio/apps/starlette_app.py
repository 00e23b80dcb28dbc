"""Serve the pages of the benchmark with Starlette on uvicorn: `starlette_app.py PORT`."""

import asyncio
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def index(_request):
    return PlainTextResponse("Hello world!")


async def pause(_request):
    await asyncio.sleep(0.01)
    return PlainTextResponse("done")


async def block(_request):
    return Response(b"x" * 65536)


app = Starlette(routes=[Route("/", index), Route("/pause", pause), Route("/block", block)])
uvicorn.run(app, port=int(sys.argv[1]), log_level="critical", access_log=False)
