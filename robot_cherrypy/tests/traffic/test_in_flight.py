"""Requests whose response has not ended are known on servers of every kind and isolation."""

import threading
import time

import pytest

from robot_cherrypy.traffic.journal import JOURNAL

pytestmark = pytest.mark.timing


def _recorded(server, start):
    """Return what the journal has when the server was asked for its records."""
    server.wait_for_end(time.monotonic(), 0)
    return JOURNAL.exchanges_since(start)


def test_a_request_in_flight_is_in_the_journal(client, server, tmp_path):
    """It is there before its response has ended, and is the same exchange afterwards."""
    released = tmp_path / "released"
    asking = threading.Thread(target=client.get, args=(f"/held?until={released}",))
    asking.start()
    while not (recorded := _recorded(server, client.start)):
        assert asking.is_alive()
    [exchange] = recorded
    assert ("/held", None) == (exchange.path, exchange.ended)
    released.touch()
    asking.join()
    assert [] == server.requests_left_after(60)
    assert [exchange] == _recorded(server, client.start)
    assert 200 == exchange.status
    assert exchange.duration > 0
