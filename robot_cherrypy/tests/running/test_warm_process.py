"""Warm processes: ready before the order, and nothing is left of them after it."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from robot_cherrypy.running.orders import Finished, Order, Printed, Selection
from robot_cherrypy.running.warm_process import WarmProcess

# Each of them starts Python and imports everything, which takes long on a busy machine.
pytestmark = pytest.mark.timeout(300)

SUITE = """\
*** Settings ***
Library    robot_cherrypy
Library    SeleniumLibrary    run_on_failure=NOTHING

*** Variables ***
${PREPARED}    __import__('robot_cherrypy.browser.prepared', fromlist=['PREPARED']).PREPARED._unused

*** Test Cases ***
Page
    ${prepared} =    Evaluate    [driver.session_id for _, driver in ${PREPARED}]
    Start Server    sample_app.echo:Echo
    Open Headless Browser
    Title Should Be    Echo
    ${used} =    Get Session Id
    Log To Console    ${{$used in $prepared}}
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
    printed, finished = run(first, suite, "Page")
    first.close()
    assert (Printed("False", is_problem=False), 0) == (printed, finished.code)
    (opening,) = finished.openings
    second = WarmProcess([opening], method=method)
    messages = [Printed("True", is_problem=False), Finished(0, (opening,))]
    assert messages == run(second, suite, "Page")
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
    *_, finished = run(process, suite, "Page")
    process.close()
    unused = WarmProcess(finished.openings)
    wait_until(lambda: any("--type=renderer" in line for line in descendants(unused.pid).values()))
    started = {unused.pid, *descendants(unused.pid)}
    unused.close()
    wait_until(lambda: not started & running().keys())


def wait_until(condition):
    """Wait until a condition holds."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def running():
    """The parent and the command line of each process that has not ended."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(folder.name)] = (int(parent), (folder / "cmdline").read_text())
    return found


def descendants(pid):
    """The command lines of the processes that a process has started, directly or through others."""
    processes = running()
    family = {pid}
    while more := {each for each, (parent, _) in processes.items() if parent in family} - family:
        family |= more
    return {each: processes[each][1] for each in family - {pid}}


def test_imports_start_no_thread():
    """A process with threads could not be forked."""
    script = (
        "import os, robot_cherrypy.running.warm_imports;print(len(os.listdir('/proc/self/task')))"
    )
    shown = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert b"1\n" == shown.stdout
