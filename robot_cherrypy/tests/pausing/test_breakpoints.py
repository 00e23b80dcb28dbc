"""`breakpoint()` in an application opens the debugger in the terminal of the run."""

import subprocess
import sys

import pytest

APPLICATION = """\
import asyncio, cherrypy

class Root:
    @cherrypy.expose
    def plain(self):
        place = "in plain"
        breakpoint()
        return place

    @cherrypy.expose
    async def coroutine(self):
        place = "in coroutine"
        await asyncio.sleep(0)
        breakpoint()
        return place

    @cherrypy.expose
    def hook(self):
        cherrypy.request.hooks.attach("on_end_resource", in_hook)
        return "in hook"

def in_hook():
    place = "in hook"
    breakpoint()
    return place
"""

CLIENT = """\
import urllib.request

def get(url):
    return urllib.request.urlopen(url).read().decode()
"""

SUITE = """\
*** Settings ***
Library    robot_cherrypy
Library    client.py

*** Test Cases ***
Waits
    [Timeout]    1 minute
    ${url} =    Start Server    shop:Root    server=${SERVER}
    FOR    ${page}    IN    @{PAGES}
        ${text} =    Get    ${url}/${page}
        Should Be Equal    ${text}    in ${page}
    END
"""


@pytest.mark.parametrize(
    ("server", "pages"),
    [("threaded", ["plain", "hook"]), ("async", ["plain", "hook", "coroutine"])],
)
def test_breakpoint_opens_the_debugger(run, server, pages):
    """Wherever the code runs."""
    suite = SUITE.replace("@{PAGES}", "    ".join(pages))
    terminal = run(suite, "--variable", f"SERVER:{server}", shop=APPLICATION, client=CLIENT)
    for number, page in enumerate(pages):
        if number:
            terminal.type("continue")
        else:
            terminal.wait_for_prompt()
        assert f"'in {page}'" in terminal.type("p place")
        terminal.press("\x03")
        terminal.wait_for_prompt()
    tests = terminal.finish("continue")
    assert ("PASS", "") == (tests["Waits"].status, tests["Waits"].message)


def test_without_a_terminal_it_is_ignored(tmp_path):
    """A warning says where it is."""
    (tmp_path / "suite.robot").write_text(SUITE.replace("@{PAGES}", "plain"))
    (tmp_path / "shop.py").write_text(APPLICATION)
    (tmp_path / "client.py").write_text(CLIENT)
    command = [sys.executable, "-m", "robot", "-v", "SERVER:threaded"]
    done = subprocess.run(
        [*command, "suite.robot"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert 0 == done.returncode, done.stdout
    assert "breakpoint() was ignored" in done.stderr
    assert "shop.py, line 7" in done.stderr
