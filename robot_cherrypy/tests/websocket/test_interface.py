"""What users see is what the documentation shows."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import robot_cherrypy
from robot_cherrypy import websocket
from robot_cherrypy.websocket import BlockingWebSocket, connect

DOCUMENTATION = Path(robot_cherrypy.__file__).parents[1] / "docs" / "websocket.md"


def public(names):
    """Those of some names that do not begin with an underscore."""
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("plain", [False, True], ids=["coroutine", "plain"])
def test_websocket_of_a_page_handler(serve, plain):
    """A page handler's WebSocket has the documented names and no others."""
    seen = []

    async def handler(ws):
        seen.append(ws)

    with connect(serve(seen.append if plain else handler)) as client:
        assert [] == list(client)
    (ws,) = seen
    assert plain == isinstance(ws, BlockingWebSocket)
    assert set(re.findall(r"\bws\.(\w+)", DOCUMENTATION.read_text("utf-8"))) == public(dir(ws))


def test_imports_in_the_documentation():
    """Examples import from the package alone, and only what it exports."""
    pattern = r"^from (robot_cherrypy\.websocket\S*) import (.+)$"
    imports = re.findall(pattern, DOCUMENTATION.read_text("utf-8"), re.MULTILINE)
    assert {"robot_cherrypy.websocket"} == {module for module, _names in imports}
    names = {name for _module, names in imports for name in names.split(", ")}
    assert names <= set(websocket.__all__)


def test_exports():
    """Everything that the package exports is there."""
    assert all(getattr(websocket, name).__module__ for name in websocket.__all__)


def test_clients_are_imported_when_they_are_used():
    """A server does not load them."""
    script = (
        "import sys, robot_cherrypy.websocket as w;"
        "before = 'robot_cherrypy.websocket.client' in sys.modules; w.connect;"
        "print(before, 'robot_cherrypy.websocket.client' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "False True" == run.stdout.strip()
