"""Range headers, as RFC 9110, 14 has them."""

import cherrypy
import pytest
from cherrypy._cpserver import Server
from cherrypy._cptree import Tree
from cherrypy.lib import httputil

from robot_cherrypy import aio
from robot_cherrypy.patches.ranges import valid_ranges
from robot_cherrypy.patches.replacements import active
from robot_cherrypy.tests.aio.conftest import RunningServer

# The header, for a file of ten bytes, and the slices of it; None for the whole file.
RANGES = [
    ("bytes=2-4", [(2, 5)]),
    ("bytes=2-", [(2, 10)]),
    ("bytes=-3", [(7, 10)]),
    ("bytes=-99", [(0, 10)]),
    ("bytes=0-999", [(0, 10)]),
    ("BYTES=0-0", [(0, 1)]),
    ("bytes=0-0, -1,", [(0, 1), (9, 10)]),
    ("bytes=,0-0", [(0, 1)]),
    ("bytes=10-", []),
    ("bytes=-0", []),
    ("bytes=10-, 0-0", [(0, 1)]),
    ("bytes=4-2", None),
    ("bytes=a-b", None),
    ("bytes=0-a", None),
    ("bytes=-a", None),
    ("bytes=1_0-2_0", None),
    ("bytes=+1-2", None),
    ("bytes=\u0661-\u0662", None),
    ("bytes=1", None),
    ("bytes=-", None),
    ("bytes=--1", None),
    ("bytes=", None),
    ("bytes=,", None),
    ("bytes", None),
    ("bytes 0-1", None),
    ("items=0-1", None),
    ("bytes=0-1;2-3", None),
    ("bytes=" + "0-1," * 201, None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("header", "ranges"), RANGES)
def test_ranges_are_read(header, ranges):
    """What is no range of bytes is as if it was not there."""
    with active(valid_ranges):
        assert ranges == httputil.get_ranges(header, 10)


class Page:
    """A page with a file."""

    def __init__(self, path):
        self._path = path

    @cherrypy.expose
    def index(self):
        return cherrypy.lib.static.serve_file(self._path)


def test_file_is_served(tmp_path):
    """On the asyncio server, which had no other response to it than a 500."""
    path = tmp_path / "ten.txt"
    path.write_bytes(b"0123456789")
    screen, cherrypy.log.screen = cherrypy.log.screen, False
    tree = Tree()
    tree.mount(Page(str(path)))
    settings = Server()
    settings.socket_port = 0
    aio.install()
    running = RunningServer(aio.HTTPServer(settings, aio.application(tree)))
    try:
        status, _, body = running.request("/", headers={"Range": "bytes=a-b"})
    finally:
        running.stop()
        aio.uninstall()
        cherrypy.log.screen = screen

    assert (200, b"0123456789") == (status, body)
