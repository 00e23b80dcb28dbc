"""A second Ctrl-C ends a process whatever the first one is doing."""

import signal

import pytest
from cherrypy.process.plugins import SignalHandler
from cherrypy.process.wspbus import Bus

from robot_cherrypy.harness import stop_signals


class Ended(BaseException):
    """The process was ended, with this code."""


@pytest.fixture
def bus(monkeypatch):
    """A bus that is stopping, in a process that tells its end."""

    def end(code):
        raise Ended(code)

    monkeypatch.setattr(stop_signals.os, "_exit", end)
    bus = Bus()
    bus.signals = bus.signal_handler = SignalHandler(bus)
    stop_signals.StopSignals(bus).subscribe()
    bus.state = bus.states.STOPPING
    yield bus
    bus.listeners["log"].clear()
    bus.signals.unsubscribe()


@pytest.mark.parametrize("is_writing", [False, True])
def test_second_ctrl_c_does_not_need_the_log(bus, is_writing):
    """It may have interrupted a line of it, and then the log takes no other."""
    lines = []

    def log(message, _level):
        if is_writing:
            raise RuntimeError("reentrant call")
        lines.append(message)

    bus.subscribe("log", log)
    with pytest.raises(Ended, match="130"):
        signal.raise_signal(signal.SIGINT)
    assert lines == ([] if is_writing else ["Ended by a second Ctrl-C"])
