"""Applications whose start-up or shutdown goes wrong: the start or stop of their server fails."""

import re
import time

import pytest
import requests

from robot_cherrypy import stacks
from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness.registry import new_server
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.hosting import asgi_mount
from robot_cherrypy.traffic.journal import JOURNAL

pytestmark = pytest.mark.timing

APPS = "sample_app.lifespans"

# How long applications have that hang, in seconds: longer than it takes them to come that far. And
# how long those have that do not.
LIMIT, PATIENCE = 2, 60

STARTUPS = {
    "exits_at_startup": r"startup failed: SystemExit: no database$",
    "interrupts_at_startup": r"startup failed: KeyboardInterrupt$",
    "exits_in_a_task_at_startup": r"startup failed: SystemExit: no queue$",
    "hangs_at_startup": r"(?s)within \d+ s\..*\nTask 'lifespan' is here:.*_hang",
    "hangs_directly_at_startup": r"(?s)within \d+ s\..*\nTask 'lifespan' is here:.*hangs_directly",
    "blocks_at_startup": r"(?s)did not start up within \d+ s\..*\nThread '.*' is here:.*_block",
}

SHUTDOWNS = {
    "exits_at_shutdown": "shutdown failed: SystemExit: no database",
    "interrupts_at_shutdown": "shutdown failed: KeyboardInterrupt",
    "exits_in_a_task_at_shutdown": "shutdown failed: SystemExit: no queue",
    "hangs_at_shutdown": r"did not shut down within \d+ s\.\n",
    "fails_at_shutdown": "shutdown failed: ValueError: boom",
    "refuses_to_shut_down": "shutdown failed: not now",
    "refuses_unasked": "shutdown failed: not now",
}


def server_of(application, kind, isolation="thread", limit=LIMIT):
    """Return a server that has yet to be started."""
    hangs = application.startswith(("hangs", "blocks"))
    return new_server(
        Launch(
            application=f"{APPS}:{application}",
            alias=application,
            kind=kind,
            isolation=isolation,
            configuration={},
            timeout=limit if hangs else PATIENCE,
        )
    )


@pytest.mark.parametrize(("application", "message"), STARTUPS.items(), ids=list(STARTUPS))
def test_start_fails(kind, application, message):
    """Neither an exit nor a loop that is blocked reaches the one who starts the server."""
    with pytest.raises(ServerError) as raised:
        server_of(application, kind).start()
    if not re.search(message, str(raised.value)):  # a busy machine has not come that far
        limit = 3 if application.startswith("blocks") else 15
        with pytest.raises(ServerError, match=message):
            server_of(application, kind, limit=limit).start()


def test_an_event_loop_that_is_late_is_not_taken_for_blocked(monkeypatch):
    """On a busy machine it tells some later where the application is."""
    real, nothing_yet = stacks.startup_stacks, [""]
    monkeypatch.setattr(asgi_mount, "_BLOCKED_AFTER", -1)
    monkeypatch.setattr(
        stacks, "startup_stacks", lambda: nothing_yet.pop() if nothing_yet else real()
    )
    with pytest.raises(ServerError, match=STARTUPS["hangs_at_startup"]):
        server_of("hangs_at_startup", "threaded").start()


@pytest.mark.parametrize(("application", "message"), SHUTDOWNS.items(), ids=list(SHUTDOWNS))
def test_stop_tells_the_error(kind, application, message):
    """It is told once, by the stop."""
    limits = (LIMIT, 15) if application.startswith("hangs") else (LIMIT,)
    for limit in limits:  # a busy machine may need the second
        server = server_of(application, kind, limit=limit)
        server.start()
        seen = len(JOURNAL.new_errors)
        (error,) = server.stop().errors
        assert [] == list(JOURNAL.new_errors)[seen:]
        if re.search(message, error):
            return
    pytest.fail(error)


@pytest.mark.parametrize("application", ["exits_at_startup", "hangs_at_startup"])
def test_child_process_tells_why_it_does_not_start(kind, application):
    """The time-out is that of the test's process."""
    message = STARTUPS[application] if application == "exits_at_startup" else "within 2 s"
    with pytest.raises(ServerError, match=message):
        server_of(application, kind, "process").start()


def test_child_process_tells_why_it_does_not_shut_down(kind):
    """Its engine would only say that a listener failed, and exit with 70."""
    server = server_of("fails_at_shutdown", kind, "process")
    server.start()
    assert ("The application's shutdown failed: ValueError: boom",) == server.stop().errors


def test_application_that_fails_at_its_first_event_is_served(kind):
    """ASGI wants it so; the error is recorded."""
    server = server_of("fails_at_startup", kind)
    server.start()
    try:
        assert "served" == requests.get(server.url, timeout=60).text
    finally:
        server.stop()


def test_exit_in_a_task_ends_the_server(kind):
    """As one of a page handler does: a loop that has ended would respond to nothing."""
    server = server_of("exits_while_served", kind)
    server.start()
    try:
        requests.get(server.url, timeout=60)
        deadline = time.monotonic() + 60
        while server.end_reason is None and time.monotonic() < deadline:
            server.wait_for_end(0, 0.1)
        assert server.end_reason
    finally:
        server.stop()
