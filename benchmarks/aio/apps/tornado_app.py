"""Serve the pages of the benchmark with Tornado: `tornado_app.py PORT`."""

import asyncio
import logging
import sys

from tornado.web import Application, RequestHandler


class Index(RequestHandler):
    async def get(self):
        self.write("Hello world!")


class Pause(RequestHandler):
    async def get(self):
        await asyncio.sleep(0.01)
        self.write("done")


class Block(RequestHandler):
    async def get(self):
        self.write(b"x" * 65536)


async def main():
    logging.getLogger("tornado.access").disabled = True
    Application([("/", Index), ("/pause", Pause), ("/block", Block)]).listen(
        int(sys.argv[1]), "127.0.0.1"
    )
    await asyncio.Event().wait()


asyncio.run(main())
