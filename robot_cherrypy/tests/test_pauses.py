"""The time that stands still while a test is paused."""

import threading
import time

from robot_cherrypy.pauses import PAUSES, StandingTime


def test_time_stands_still():
    """However many threads pause the test."""
    before = PAUSES.monotonic()
    real = time.monotonic()
    with PAUSES.pause(), PAUSES.pause():
        first = PAUSES.monotonic()
        time.sleep(0.05)
        assert abs(PAUSES.monotonic() - first) < 0.001
    paused = time.monotonic() - real
    assert PAUSES.monotonic() - before < paused
    earliest = time.time() - PAUSES.seconds
    assert earliest <= StandingTime().time() <= time.time() - PAUSES.seconds


def test_others_wait_for_the_end():
    """The thread that pauses the test does not wait for itself."""
    ended = []
    with PAUSES.pause():
        PAUSES.wait_until_over()
        other = threading.Thread(target=lambda: (PAUSES.wait_until_over(), ended.append(True)))
        other.start()
        other.join(0.05)
        assert not ended
    other.join()
    assert ended
