"""When a container is ready, by what its engine says of it."""

import socket
import time
from datetime import UTC, datetime

import pytest

from robot_cherrypy.containers.readiness import why_not_ready

CHECK = {"Test": ["CMD", "true"]}


def state(status="running", *, code=0, check=None, health=None, policy="no", restarts=0, uptime=60):
    """What an engine says of a container."""
    started = datetime.fromtimestamp(time.time() - uptime, UTC).isoformat()
    now = {"Status": status, "Running": status == "running", "ExitCode": code, "StartedAt": started}
    if health:
        now["Health"] = health
    return {
        "State": now,
        "Config": {"Healthcheck": check} if check else {},
        "HostConfig": {"RestartPolicy": {"Name": policy, "MaximumRetryCount": 0}},
        "RestartCount": restarts,
    }


@pytest.mark.parametrize(
    ("given", "text", "is_final"),
    [
        (state("exited", code=3), "it ended with exit code 3", True),
        (state("exited", code=3, policy="always"), "it ended with exit code 3", False),
        (state("created"), "it is created", False),
        (state(check=CHECK), "its health is 'starting'", False),
        (
            state(check=CHECK, health={"Status": "unhealthy", "Log": [{"Output": "no disk\n"}]}),
            "its health is 'unhealthy', its check says: no disk",
            True,
        ),
    ],
)
def test_reason(given, text, is_final):
    """It says whether waiting is of use."""
    reason = why_not_ready(given, {})
    assert (text, is_final) == (str(reason), reason.is_final)


def test_container_in_the_network_of_another():
    """The ports are those of the other one."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        ports = {80: unused.getsockname()[1]}
        beside = state()
        assert "it accepts no connections on port 80" == str(why_not_ready(beside, ports))
        beside["HostConfig"]["NetworkMode"] = "container:4711"
        assert why_not_ready(beside, ports) is None


def test_container_that_ends_again_and_again():
    """It may have started a moment ago, and end in another."""
    assert "it has just started" == str(why_not_ready(state(uptime=0), {}))
    assert "it has just started, and has ended 4 times before" == str(
        why_not_ready(state(uptime=1, restarts=4), {})
    )


@pytest.mark.parametrize(
    "given",
    [
        state("exited"),  # a job
        state(),
        state(check={"Test": ["NONE"]}),
        state(restarts=4),
        state(uptime=-3600),  # the engine has another clock
        state(check=CHECK, health={"Status": "healthy"}),
    ],
)
def test_ready(given):
    """A container that has ended well, too."""
    assert why_not_ready(given, {}) is None


def test_server_accepts_connections():
    """An engine accepts and closes connections for a container in which nobody does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert why_not_ready(state(), {8080: port}) is None
    assert "it accepts no connections on port 8080" == str(why_not_ready(state(), {8080: port}))


def test_connection_that_is_not_made():
    """Its packets are dropped while the engine prepares the network."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(address)
        assert why_not_ready(state(), {8080: address[1]})
        for client in waiting:
            client.close()
