"""The ways in which CherryPy's test suite is run, and how a process is made ready for each."""

import asyncio
import types
from enum import Enum

from cherrypy import _cpdispatch


class Way(Enum):
    """How CherryPy is run."""

    ASYNCIO = "asyncio"
    COROUTINES = "coroutines"
    PATCHED = "patched"
    REFERENCE = "reference"

    @property
    def meaning(self):
        """A description for people."""
        return {
            Way.ASYNCIO: "on the asyncio server",
            Way.COROUTINES: "on the asyncio server, every page handler a coroutine",
            Way.PATCHED: "on CherryPy's threaded server with all patches installed",
            Way.REFERENCE: "on CherryPy's threaded server as it is",
        }[self]


def apply(name):
    """Make this process run CherryPy in the way of this name; called by `sitecustomize`."""
    way = Way(name)
    if way is Way.REFERENCE:
        return
    from robot_cherrypy import aio

    if way is Way.COROUTINES:
        _make_handlers_coroutines()
    aio.install()
    if way is Way.PATCHED:
        import cherrypy

        cherrypy.server.instance = "cherrypy._cpwsgi_server.CPWSGIServer"


def _make_handlers_coroutines():
    """Make each page handler a coroutine function that pauses before and after its work."""
    from robot_cherrypy.aio.request import handlers

    original = _cpdispatch.PageHandler.__call__

    async def run(handler):
        await asyncio.sleep(0)
        value = original(handler)
        await asyncio.sleep(0)
        return _pausing(value) if isinstance(value, types.GeneratorType) else value

    _cpdispatch.PageHandler.__call__ = run
    handlers.runs_on = lambda _function: handlers.RunsOn.LOOP


async def _pausing(generator):
    try:
        for item in generator:
            await asyncio.sleep(0)
            yield item
    finally:
        generator.close()
