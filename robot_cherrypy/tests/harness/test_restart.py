"""Starting a server again where it was."""

from urllib.parse import urlsplit

import pytest
import requests

from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Launch


@pytest.mark.parametrize("kind", ["threaded", "async"])
def test_restart_keeps_the_port_while_a_client_is_connected(kind):
    """A connection that the server closed lingers, and does not keep the port from the next one."""
    servers = Servers()
    launch = Launch(application="sample_app.echo:Echo", alias="echo", kind=kind, configuration={})
    server = servers.start(launch, "thread")
    with requests.Session() as client:
        for _ in range(3):
            client.get(server.url, timeout=10)
            port = urlsplit(server.url).port
            server, _stopped = servers.restart()
            assert port == urlsplit(server.url).port
    servers.stop()
