"""Where code runs: each page says it."""

import asyncio

import cherrypy

from robot_cherrypy import aio


def place():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return "worker thread"
    return "event loop"


class Pages:
    @cherrypy.expose
    def plain(self):
        return place()

    @cherrypy.expose
    async def coroutine(self):
        await asyncio.sleep(0)
        return place()

    @cherrypy.expose
    @aio.inline
    def quick(self):
        return place()

    @cherrypy.expose
    async def moved(self):
        return await asyncio.to_thread(place)
