"""Warm processes: ready before the order, and nothing is left of them after it."""

import os
import subprocess
import sys

import pytest

from robot_cherrypy.running.orders import Finished, Order, Printed, Selection
from robot_cherrypy.running.warm_process import WarmProcess

# Each of them starts Python and imports everything, which takes long on a busy machine.
pytestmark = pytest.mark.timeout(300)

SUITE = """\
*** Settings ***
Library    robot_cherrypy
Library    SeleniumLibrary    run_on_failure=NOTHING

*** Test Cases ***
Page
    Start Server    sample_app.echo:Echo
    Open Headless Browser
    Title Should Be    Echo
    ${state} =    Evaluate    __import__('cherrypy').config.update({'marked': True})

Import
    Log To Console    said
    ${fresh} =    Evaluate    'marked' not in __import__('cherrypy').config
    Should Be True    ${fresh}
"""


@pytest.fixture
def suite(tmp_path):
    """A suite with two tests."""
    path = tmp_path / "pages.robot"
    path.write_text(SUITE)
    return path


def run(process, suite, *names, **options):
    """Run tests; return what the process has told."""
    selection = Selection({suite: frozenset(f"Pages.{name}" for name in names)}) if names else None
    messages = []
    process.run(
        Order(
            sources=[str(suite)],
            options={"outputdir": str(suite.parent / "results"), **options},
            selection=selection,
        ),
        messages.append,
    )
    return messages


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_next_process_has_the_browser_of_the_last_run(suite, method):
    """It opens in advance what the last run opened."""
    first = WarmProcess(method=method)
    (finished,) = run(first, suite, "Page")
    first.close()
    assert 0 == finished.code
    (opening,) = finished.openings
    second = WarmProcess([opening], method)
    assert [Finished(0, (opening,))] == run(second, suite, "Page")
    second.close()


def test_each_run_is_fresh(suite):
    """What a run has changed in this or that module is not seen by the next."""
    for name in ("Page", "Import"):
        process = WarmProcess()
        *printed, finished = run(process, suite, name)
        process.close()
        assert 0 == finished.code
    assert [Printed("said", is_problem=False)] == printed


def test_mistakes_are_told(suite):
    """As Robot Framework tells them."""
    process = WarmProcess()
    *problems, finished = run(process, suite, "No Such Test")
    process.close()
    assert 252 == finished.code
    assert "contains no tests" in "".join(problem.line for problem in problems)


def test_process_without_an_order_ends(suite):
    """And the browsers that it has opened for nothing."""
    process = WarmProcess()
    (finished,) = run(process, suite, "Page")
    process.close()
    unused = WarmProcess(finished.openings)
    pid = unused.pid
    unused.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_imports_start_no_thread():
    """A process with threads could not be forked."""
    script = (
        "import os, robot_cherrypy.running.warm_imports;print(len(os.listdir('/proc/self/task')))"
    )
    shown = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert b"1\n" == shown.stdout
