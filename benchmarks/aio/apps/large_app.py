"""Coroutine or plain pages with 20 MB of everything: `large_app.py PORT asyncio|threaded`."""

import sys
import tempfile
from pathlib import Path

import cherrypy
from cherrypy.lib import static
from cherrypy.lib.sessions import FileSession

from robot_cherrypy import aio

SIZE = 20 * 2**20
TEXT = "ä" * (SIZE // 2)
ROWS = [{"id": number, "name": "x" * 80} for number in range(200_000)]
_FOLDER = tempfile.TemporaryDirectory()  # removed when the program ends
FOLDER = _FOLDER.name
FILE = f"{FOLDER}/large.bin"


def pages(wrap):
    """Return the application; `wrap` makes a coroutine function of each page, or does not."""

    class Root:
        index = wrap(lambda _self: "Hello world!")
        text = wrap(lambda _self: TEXT)
        compressed = cherrypy.tools.gzip()(wrap(lambda _self: TEXT))
        tagged = cherrypy.tools.etags(autotags=True)(wrap(lambda _self: TEXT))
        json_out = cherrypy.tools.json_out()(wrap(lambda _self: ROWS))
        json_in = cherrypy.tools.json_in()(wrap(lambda _self: str(len(cherrypy.request.json))))
        upload = wrap(lambda _self, **fields: str(len(fields)))
        file = wrap(lambda _self: static.serve_file(FILE))

        @cherrypy.tools.sessions(storage_class=FileSession, storage_path=FOLDER)
        @wrap
        def session(self):
            cherrypy.session["rows"] = ROWS
            return "kept"

    for name, page in vars(Root).items():
        if callable(page) and not name.startswith("_"):
            page.exposed = True
    return Root()


def coroutine(function):
    async def page(*args, **kwargs):
        return function(*args, **kwargs)

    return page


if __name__ == "__main__":
    Path(FILE).write_bytes(bytes(range(256)) * (SIZE // 256))
    port, kind = sys.argv[1:]
    settings = {"environment": "production", "server.socket_port": int(port)}
    if kind == "asyncio":
        aio.quickstart(pages(coroutine), config={"global": settings})
    else:
        cherrypy.quickstart(pages(lambda function: function), config={"global": settings})
