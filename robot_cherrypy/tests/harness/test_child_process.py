"""Servers in child processes."""

import os
import select
import signal
import subprocess
import sys
import textwrap

import pytest
import requests

from robot_cherrypy.errors import ServerError
from robot_cherrypy.tests.harness.conftest import get


def lives(process_id):
    """Tell whether a process lives."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_stop_ends_the_process(launch, kind):
    """A stopped server has no process."""
    server = launch("sample_app.plain:Pages", kind=kind, isolation="process")
    assert get(server) == "Mounted at /"
    assert server.stop().errors == ()
    assert not lives(server.process_id)


def test_death_is_noticed(launch, kind):
    """A killed server says how it ended."""
    server = launch("sample_app.plain:Pages", kind=kind, isolation="process")
    assert server.ended_by is None
    os.kill(server.process_id, signal.SIGKILL)
    os.waitid(os.P_PID, server.process_id, os.WEXITED | os.WNOWAIT)
    assert server.ended_by == "its process was killed by SIGKILL"


def test_output_is_kept(launch, kind):
    """What the child prints can be shown."""
    server = launch("sample_app.plain:Pages", kind=kind, isolation="process")
    get(server)
    server.stop()
    assert "Bus STARTED" in server.output.text
    assert '"GET / HTTP/1.1" 200' in server.output.text


def test_value_that_cannot_be_sent_is_named(launch, kind):
    """A configuration value has to be a literal."""
    configuration = {"/": {"request.dispatch": object()}}
    with pytest.raises(ServerError, match=r"value of 'request\.dispatch' in section '/'"):
        launch(
            "sample_app.plain:Pages", kind=kind, isolation="process", configuration=configuration
        )


def test_handlers_in_flight_are_named(launch, kind):
    """A child tells which requests it cut."""
    server = launch("sample_app.misbehaving:Restless", kind=kind, isolation="process")
    with requests.get(f"{server.url}/stream", stream=True, timeout=10) as answer:
        answer.raw.read(1)
        cut = server.stop().cut
    assert len(cut) == 1
    assert cut[0].startswith("GET /stream (")


@pytest.mark.parametrize("last_words", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)"])
def test_child_does_not_outlive_the_test_process(kind, last_words):
    """However the process that started it ends, the child ends, too."""
    script = textwrap.dedent(f"""
        import os, signal
        from robot_cherrypy.harness.child_process import ChildProcessServer
        from robot_cherrypy.harness.server import Launch
        server = ChildProcessServer(
            Launch(
                application="sample_app.plain:Pages",
                alias="a",
                kind="{kind}",
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
