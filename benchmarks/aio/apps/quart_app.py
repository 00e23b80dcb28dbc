"""Serve the pages of the benchmark with Quart on uvicorn: `quart_app.py PORT`."""

import asyncio
import sys

import uvicorn
from quart import Quart

app = Quart(__name__)


@app.route("/")
async def index():
    return "Hello world!"


@app.route("/pause")
async def pause():
    await asyncio.sleep(0.01)
    return "done"


@app.route("/block")
async def block():
    return b"x" * 65536


uvicorn.run(app, port=int(sys.argv[1]), log_level="critical", access_log=False)
