"""Servers in child processes."""

import asyncio
import contextlib
import gc
import json
import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import cherrypy
import pytest
import requests

from robot_cherrypy.errors import ServerError
from robot_cherrypy.harness import child
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.tests.harness.conftest import get
from robot_cherrypy.traffic.exchange import Exchange


def exists(process_id):
    """Return whether a process exists."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_stop_ends_the_process(launch, kind):
    """A stopped server has no process."""
    server = launch("sample_app.kinds:Pages", kind=kind, isolation="process")
    assert get(server) == "Mounted at /"
    assert server.stop().errors == ()
    assert not exists(server.process_id)


def test_end_of_a_killed_process_is_noticed(launch, kind):
    """The server's end reason names the signal."""
    server = launch("sample_app.kinds:Pages", kind=kind, isolation="process")
    assert server.end_reason is None
    os.kill(server.process_id, signal.SIGKILL)
    os.waitid(os.P_PID, server.process_id, os.WEXITED | os.WNOWAIT)
    assert server.end_reason == "its process was killed by SIGKILL"


class Counting:
    """Tells how many exchanges are in the memory of its process."""

    @cherrypy.expose
    def index(self, data=""):
        if data:
            cherrypy.log("logged")
        gc.collect()
        return str(sum(type(each) is Exchange for each in gc.get_objects()))

    @cherrypy.expose
    def broken(self):
        raise RuntimeError("broken")


def test_a_child_keeps_no_records(launch, kind):
    """Its parent has them, and nobody reads them in the child."""
    application = "robot_cherrypy.tests.harness.test_child_process:Counting"
    server = launch(application, kind=kind, isolation="process")
    with requests.Session() as session:
        for _ in range(50):
            session.post(server.url, data={"data": "x" * 1000})
            session.get(f"{server.url}/broken")
        assert int(session.get(server.url).text) < 10


class Dying:
    """Ends its process without a word, as a crash does."""

    @cherrypy.expose
    def index(self):
        os._exit(3)


@pytest.mark.parametrize("attempt", range(5))
def test_a_process_that_ends_by_itself_is_known_to_have_ended(launch, kind, attempt):
    """As soon as it cannot be asked any more, which is a moment before it has ended."""
    server = launch(f"{__name__}:Dying", kind=kind, isolation="process")
    with contextlib.suppress(requests.ConnectionError):
        get(server)
    ended = "its process ended with exit code 3"
    for _ in range(2):
        with pytest.raises(ServerError, match=f"cannot be asked: {ended}"):
            server.wait_for_end(0, 1)
        assert not server.is_running, attempt
    assert ended == server.end_reason
    assert () == server.stop().errors


def test_a_killed_server_can_be_asked_and_stopped(launch, kind):
    """The first is a `ServerError`, and the second does nothing."""
    server = launch("sample_app.kinds:Pages", kind=kind, isolation="process")
    server.kill()
    for ask in (server.in_flight, lambda: server.wait_for_end(0, 1)):
        with pytest.raises(ServerError, match="its process was killed by SIGKILL"):
            ask()
    assert () == server.stop().errors


def test_output_is_kept(launch, kind):
    """All that the child prints is there after its end."""
    server = launch("sample_app.kinds:Pages", kind=kind, isolation="process")
    get(server)
    server.stop()
    assert "Bus STARTED" in server.output.text
    assert '"GET / HTTP/1.1" 200' in server.output.text


def test_value_that_cannot_be_sent_is_named(launch, kind):
    """A configuration value has to be a literal."""
    configuration = {"/": {"request.dispatch": object()}}
    with pytest.raises(ServerError, match=r"value of 'request\.dispatch' in section '/'"):
        launch(
            "sample_app.kinds:Pages", kind=kind, isolation="process", configuration=configuration
        )


def test_handlers_in_flight_are_named(launch, kind):
    """The child reports which requests it cut."""
    server = launch("sample_app.misbehaving:Restless", kind=kind, isolation="process")
    with requests.get(f"{server.url}/stream", stream=True, timeout=60) as response:
        response.raw.read(1)
        cut = server.stop().cut
    assert len(cut) == 1
    assert cut[0].startswith("GET /stream (")


def standing_still(text):
    """Return a command that prints a text and reports nothing."""
    script = f"import time; print({text!r}, end='', flush=True); time.sleep(60)"
    return [sys.executable, "-IS", "-c", script]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Server 'still' was not ready within 1 s."),
        (
            "warming up\n",
            "Server 'still' was not ready within 1 s. Its output ended with:\nwarming up",
        ),
    ],
)
def test_child_that_is_not_ready_in_time_is_ended(launch, monkeypatch, text, message):
    """The message ends with what it printed, if anything."""
    monkeypatch.setattr(child, "_command", lambda *_arguments: standing_still(text))
    with pytest.raises(ServerError) as caught:
        launch("shop:Root", alias="still", isolation="process", timeout=1)
    assert message == str(caught.value)


def test_command_line_says_what_a_person_may_say():
    """With it, a person can start the same server, except for its configuration."""
    how = Launch(
        application="shop:Root",
        alias="shop",
        kind="async",
        isolation="process",
        host="::1",
        port=1234,
        mount="/shop",
        configuration={"/": {"password": "secret"}},
        search_path=(Path("one"), Path("two")),
        timeout=20,
    )
    assert child._command(how, 7)[1:] == [
        *("-m", "robot_cherrypy", "serve", "shop:Root", "--server", "async", "--host", "::1"),
        *("--port", "1234", "--mount", "/shop", "--timeout", "20"),
        *("--app-dir", "one", "--app-dir", "two", "--report-to", "7"),
    ]


class SlowRoot:
    """An ASGI application that takes a while to start up."""

    async def __call__(self, scope, receive, send):
        await receive()
        await asyncio.sleep(0.5)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


@pytest.mark.parametrize(("timeout", "starts"), [(0.1, False), (30, True)])
def test_child_waits_as_long_as_it_is_told_for_the_application(timeout, starts):
    """Its limit is that of the command line."""
    instructions = b"{'configuration': {}, 'coverage': None, 'long_polls': ()}\n"
    reports, report_to = os.pipe()
    command = child._command(
        Launch(
            application=f"{__name__}:SlowRoot",
            alias="slow",
            kind="async",
            configuration={},
            timeout=timeout,
        ),
        report_to,
    )
    with (
        os.fdopen(reports) as lines,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[report_to],
            start_new_session=True,
        ) as process,
    ):
        os.close(report_to)
        process.stdin.write(instructions)
        process.stdin.flush()
        facts = (json.loads(line) for line in lines)
        outcome = next(fact for fact in facts if fact.keys() & {"url", "error"})
    assert starts == ("url" in outcome)
    assert starts or outcome["error"] == "The application did not start up within 0.1 s."


@pytest.mark.parametrize("last_words", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)"])
def test_child_does_not_outlive_the_test_process(kind, last_words):
    """However the process that started it ends, the child ends, too."""
    script = textwrap.dedent(f"""
        import os, signal
        from robot_cherrypy.harness.registry import new_server
        from robot_cherrypy.harness.server import Launch
        server = new_server(
            Launch(
                application="sample_app.kinds:Pages",
                alias="a",
                kind="{kind}",
                isolation="process",
                configuration={{}},
                timeout=20,
            )
        )
        server.start()
        print(server.process_id, flush=True)
        {last_words}
    """)
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False)
    child = int(done.stdout)
    try:
        descriptor = os.pidfd_open(child)
    except ProcessLookupError:
        return
    try:
        ended = select.select([descriptor], [], [], 10)[0]
    finally:
        os.close(descriptor)
    assert ended


def test_breakpoint_is_ignored(launch, kind, tmp_path):
    """There is no terminal; what the process prints says so."""
    (tmp_path / "halting.py").write_text(
        "import cherrypy\nclass Halting:\n    @cherrypy.expose\n    def index(self):\n"
        "        breakpoint()\n        return 'on'\n"
    )
    server = launch("halting:Halting", kind=kind, isolation="process", search_path=(tmp_path,))
    assert "on" == requests.get(server.url, timeout=60).text
    server.stop()
    assert "breakpoint() was ignored" in server.output.text
    assert "halting.py, line 5): this server has no terminal" in server.output.text
