"""Starting a server again on its port."""

from urllib.parse import urlsplit

import pytest
import requests

from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.server import Launch

pytestmark = pytest.mark.timing


@pytest.mark.parametrize("kind", ["threaded", "async"])
def test_restart_keeps_the_port_while_a_client_is_connected(kind):
    """A connection that the server has closed keeps the port in use, which prevents no restart."""
    servers = Servers()
    launch = Launch(application="sample_app.echo:Echo", alias="echo", kind=kind, configuration={})
    server = servers.start(launch)
    with requests.Session() as client:
        for _ in range(3):
            client.get(server.url, timeout=60)
            port = urlsplit(server.url).port
            server, _stopped = servers.restart()
            assert port == urlsplit(server.url).port
    servers.stop()
