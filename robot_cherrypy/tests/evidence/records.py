"""What a report is made of, as short as tests need it."""

from robot_cherrypy.evidence.run_history import Step
from robot_cherrypy.traffic.exchange import Exchange, RecordedError

# A text that is markup, and ends an attribute in whatever quotes.
HOSTILE = "'\"><script>alert(1)</script><img src=x onerror=alert(1)>"

TRACEBACK = 'Traceback (most recent call last):\n  File "shop.py", line 7\nValueError: too much'


def step(name, started, ended=None, depth=0, status="PASS", arguments=()):
    """A keyword that ran."""
    return Step(name, arguments, depth, started, ended, status)


def exchange(path="/", started=1.0, ended=1.2, **attributes):
    """A request that a server received."""
    received = Exchange(attributes.pop("method", "GET"), path, attributes.pop("query", ""))
    received.started, received.ended, received.server = started, ended, "shop"
    for name, value in attributes.items():
        setattr(received, name, value)
    return received


def error(during=None, message="too much", **attributes):
    """A server error, which is added to the request that led to it."""
    values = {"type": "ValueError", "traceback": TRACEBACK, "handler": "shop.Root.buy"}
    recorded = RecordedError(message=message, exchange=during, **(values | attributes))
    if during is not None:
        during.errors += (recorded,)
    return recorded
