"""Code of an application that hangs on the main thread is interrupted."""

import signal
import threading
import time

import cherrypy
import pytest

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import bus
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.harness.time_limit import OverdueError, time_limit


class AlarmError(Exception):
    """What an alarm of somebody else raises."""


@pytest.fixture
def alarm():
    """Return a function that sets an alarm of somebody else, which raises `AlarmError`."""

    def ring(_signal, _frame):
        raise AlarmError

    before = signal.signal(signal.SIGALRM, ring)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def wait_without_end():
    """Wait outside of Python, as a lock or a socket does, and handle each error."""
    while True:
        try:
            threading.Lock().acquire(timeout=60) and threading.Event().wait(60)
        except Exception:  # noqa: BLE001 - as careless applications do
            continue


def test_overdue_code_is_interrupted():
    """It cannot handle that, and the error knows where it was."""
    with pytest.raises(OverdueError) as caught, time_limit(0.05):
        wait_without_end()
    assert "in wait_without_end" in caught.value.stack


def test_code_in_time_is_not_interrupted():
    """Nothing of the limit is left."""
    before = signal.getsignal(signal.SIGALRM)
    with time_limit(60):
        assert signal.getsignal(signal.SIGALRM) is not before
    assert signal.getsignal(signal.SIGALRM) is before
    assert not 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60  # that of pytest is later


def test_earlier_alarm_comes_first(alarm):
    """Such as a time-out of Robot Framework."""
    alarm(0.05)
    with pytest.raises(AlarmError), time_limit(60):
        wait_until_interrupted()


def test_later_alarm_is_set_again(alarm):
    """It has not lost the time that has passed."""
    alarm(30)
    with pytest.raises(OverdueError), time_limit(0.05):
        wait_until_interrupted()
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] < 30


def test_other_threads_have_no_limit():
    """A signal interrupts only the main thread."""
    ended = []

    def run():
        with time_limit(0.01):
            time.sleep(0.05)
        ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert [True] == ended


def wait_until_interrupted():
    threading.Event().wait(60)


class Root:
    """Subscribes a listener that hangs."""

    channel = "start"

    def __init__(self):
        cherrypy.engine.subscribe(self.channel, wait_without_end)

    @cherrypy.expose
    def index(self):
        return "hello"


class RootThatStopsLate(Root):
    """Its start is quick."""

    channel = "stop"


@pytest.fixture
def server(monkeypatch):
    """Return a function that makes a server with little time for listeners."""
    monkeypatch.setattr("robot_cherrypy.harness.in_process._LISTENERS_MARGIN", -4.9)

    def make(root, kind):
        application = f"{__name__}:{root.__name__}"
        launch = Launch(
            application=application, alias="late", kind=kind, configuration={}, timeout=5.0
        )
        return InProcessServer(launch)

    return make


@pytest.mark.parametrize("kind", ["threaded", "async"])
def test_start_listener_that_hangs(server, kind):
    """The start fails, and says which listener it was, and where it is."""
    before = bus.subscriptions()
    with pytest.raises(ServerError) as caught:
        server(Root, kind).start()
    lines = str(caught.value).splitlines()
    assert lines[0] == (
        "Server 'late' did not start: The start listener wait_without_end did not return within"
        " 0.1 s."
    )
    assert "in wait_without_end" in str(caught.value)
    assert before == bus.subscriptions()


@pytest.mark.parametrize("kind", ["threaded", "async"])
def test_stop_listener_that_hangs(server, kind):
    """The server has stopped nevertheless."""
    running = server(RootThatStopsLate, kind)
    running.start()
    [error] = running.stop().errors
    assert error.startswith("The stop listener wait_without_end did not return within 0.1 s.")
