"""Time-outs of Robot Framework do not count while a test is paused."""

import signal
import threading
import time

from robot.running.timeouts import KeywordTimeout

from robot_cherrypy.pausing.timeouts import stopped_timeouts


def paused():
    """Pause for longer than the time-out."""
    with stopped_timeouts():
        time.sleep(2.1)
    return "done"


def test_timer_stands_still():
    """Of the keyword that is running; it goes on afterwards, and is stopped with the keyword."""

    def keyword():
        assert "done" == paused()
        return signal.getitimer(signal.ITIMER_REAL)[0]

    assert 0 < KeywordTimeout("2 seconds", start=True).run(keyword) <= 2
    assert (0.0, 0.0) == signal.getitimer(signal.ITIMER_REAL)


def test_another_thread_may_pause():
    """As a page handler does; a keyword that has ended meanwhile leaves no timer behind."""
    other = threading.Thread(target=paused)

    def keyword():
        other.start()
        return "ended"

    assert "ended" == KeywordTimeout("2 seconds", start=True).run(keyword)
    other.join()
    assert (0.0, 0.0) == signal.getitimer(signal.ITIMER_REAL)
