"""Why a page has not loaded is told as far as servers know it."""

import pytest

from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.harness.remote_server import RemoteServer
from robot_cherrypy.pages.load_watch import LoadWatch


@pytest.mark.parametrize(
    ("used", "reason"),
    [
        ([], ", and no request to a server of the test was in flight"),
        (["shop", "mail"], "; what is in flight elsewhere is not known ('shop', 'mail')"),
    ],
)
def test_a_server_elsewhere_is_not_said_to_be_idle(used, reason):
    """What it does cannot be known."""
    servers = Servers()
    for alias in used:
        servers.use(RemoteServer(alias, f"http://{alias}.example", None))
    with LoadWatch(servers, 60) as watch:
        pass
    assert f"within 60 s{reason}" == watch.explain()
