"""The speed patches change no byte of any response, each alone and all together."""

import contextlib
import logging.handlers
import re
import socket

import pytest
from cherrypy._cplogging import LogManager

from robot_cherrypy.patches.dispatcher import virtual_paths
from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.source_check import apply_known
from robot_cherrypy.patches.speed import SPEED_PATCHES
from robot_cherrypy.tests.patches.pages import REQUESTS, Root, get

PATCHES = (*SPEED_PATCHES, virtual_paths(lambda dispatch, **kwargs: dispatch(**kwargs)))


@contextlib.contextmanager
def patched(patches):
    """Put patches in place for a `with` block; yield the names of those that are active."""
    replacements = Replacements()
    names = apply_known(replacements, patches)
    try:
        yield names
    finally:
        replacements.restore()


def response_to(address, request):
    """Send a request on a connection of its own; return the response without what differs anyway.

    That is the time, and tracebacks, which name the files of the code that ran.
    """
    with socket.create_connection(address, 10) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: client.recv(65536), b""))
    received = re.sub(rb"(Date|Last-Modified): [^\r]*", rb"\1: then", received)
    received = re.sub(rb"\x1f\x8b\x08\x00....", b"gzip", received, flags=re.DOTALL)
    received = re.sub(rb"Traceback.*?</pre>", b"Traceback</pre>", received, flags=re.DOTALL)
    return re.sub(rb"Content-Length: \d+", b"", received) if b"Traceback" in received else received


@pytest.fixture(scope="module")
def reference(address):
    """The responses of CherryPy without patches."""
    return [response_to(address, request) for request in REQUESTS]


@pytest.mark.parametrize(
    "patches",
    [PATCHES, *([patch] for patch in PATCHES)],
    ids=["all", *(patch.name for patch in PATCHES)],
)
def test_responses_are_the_same_byte_for_byte(address, reference, patches):
    """At the first request and at the second, which uses what the patches have kept."""
    with patched(patches) as names:
        assert [patch.name for patch in patches] == names
        responses = [response_to(address, request) for request in REQUESTS]
        again = [response_to(address, request) for request in REQUESTS]
    assert reference == responses == again


def test_changed_configuration_is_used(address):
    """A page whose configuration changes between two requests gets the new one."""
    with patched(PATCHES):
        before = response_to(address, get("/octets"))
        Root.octets._cp_config = {"response.headers.X-New": "yes"}
        try:
            after = response_to(address, get("/octets"))
        finally:
            del Root.octets._cp_config
    assert (b"X-New: yes" in before, b"X-New: yes" in after) == (False, True)


def test_access_line_is_formatted_only_for_a_handler(address, monkeypatch):
    """Without one it is not, with one it is written, also while the patches are active."""
    dates = []
    logger, handler = logging.getLogger("cherrypy.access"), logging.handlers.BufferingHandler(10)
    monkeypatch.setattr(logger, "propagate", False)  # pytest has a handler, too
    monkeypatch.setattr(LogManager, "time", lambda _log: dates.append("now") or "now")
    with patched(PATCHES):
        response_to(address, get("/octets"))
        monkeypatch.setattr(logger, "handlers", [handler])
        response_to(address, get("/empty"))

    assert ["now"] == dates
    assert ["GET /empty HTTP/1.1"] == [
        record.getMessage().split('"')[1] for record in handler.buffer
    ]
