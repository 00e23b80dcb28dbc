"""The time that stands still while a test is paused."""

import threading
from types import SimpleNamespace

from robot_cherrypy import pauses
from robot_cherrypy.pauses import PAUSES, StandingTime


def test_time_stands_still(monkeypatch):
    """However many threads pause the test."""
    clock = SimpleNamespace(now=100.0)
    clock.monotonic = lambda: clock.now
    clock.time = lambda: clock.now + 1_000
    monkeypatch.setattr(pauses, "time", clock)
    monkeypatch.setattr(pauses, "PAUSES", pauses._Pauses())
    clock.now += 1
    assert 101 == pauses.PAUSES.monotonic()
    with pauses.PAUSES.pause():
        clock.now += 5
        with pauses.PAUSES.pause():
            clock.now += 5
        assert 101 == pauses.PAUSES.monotonic()
    clock.now += 2
    assert 103 == pauses.PAUSES.monotonic() == StandingTime.monotonic()
    assert 1_103 == StandingTime.time()
    assert 10 == pauses.PAUSES.seconds


def test_others_wait_for_the_end():
    """The thread that pauses the test does not wait for itself."""
    ended = []
    with PAUSES.pause():
        PAUSES.wait_until_over()
        other = threading.Thread(target=lambda: (PAUSES.wait_until_over(), ended.append("other")))
        other.start()
        other.join(0.05)
        ended.append("pause")
    other.join()
    assert ["pause", "other"] == ended
