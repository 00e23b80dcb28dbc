"""When a container is ready, by what its engine says of it."""

import socket

import pytest

from robot_cherrypy.containers.readiness import why_not_ready

CHECK = {"Test": ["CMD", "true"]}


def state(status="running", *, code=0, check=None, health=None):
    """What an engine says of a container."""
    now = {"Status": status, "Running": status == "running", "ExitCode": code}
    if health:
        now["Health"] = health
    return {"State": now, "Config": {"Healthcheck": check} if check else {}}


@pytest.mark.parametrize(
    ("given", "text", "is_final"),
    [
        (state("exited", code=3), "it ended with exit code 3", True),
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


@pytest.mark.parametrize(
    "given",
    [
        state("exited"),  # a job
        state(),
        state(check={"Test": ["NONE"]}),
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
