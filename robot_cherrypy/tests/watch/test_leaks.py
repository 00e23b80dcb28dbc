"""However often suites are run again, nothing is left of the runs."""

import os
import time
from pathlib import Path

import pytest

from robot_cherrypy.tests.watch.terminal import PATIENCE
from robot_cherrypy.tests.watch.test_watching import next_run

# `ROBOT_CHERRYPY_RERUNS=200` measures longer; a leak of each run shows in a few.
RERUNS = int(os.environ.get("ROBOT_CHERRYPY_RERUNS", "8"))

# How much the command may grow, in bytes: caches fill in the first runs. A list of verdicts and
# files for each of 200 runs would take more.
GROWTH = 8 << 20

BROWSER = """\
*** Settings ***
Resource    words.resource
Library    SeleniumLibrary    run_on_failure=NOTHING
Suite Setup    Open Shop

*** Test Cases ***
Page Is Shown
    Open Headless Browser
    Element Text Should Be    tag:h1    Shop
"""


@pytest.mark.timeout(60 + 20 * RERUNS)
def test_reruns_leave_nothing(project):
    """No process, descriptor, thread or file; the memory does not grow with the runs."""
    project.save("suites/shop.robot", BROWSER)
    with project.watch("suites/shop.robot") as terminal:
        next_run(terminal, "all tests")
        rerun(project, terminal, 2)
        before = resting_state(project, terminal.process.pid)
        rerun(project, terminal, RERUNS)
        after = resting_state(project, terminal.process.pid)
        assert before["counts"] == after["counts"]
        assert after["memory"] - before["memory"] < GROWTH
        terminal.press("q")
        assert 0 == terminal.wait()
    project.wait_for_end()


def rerun(project, terminal, times):
    """Save the suite and wait for the verdict, several times."""
    for number in range(times):
        project.save("suites/shop.robot", f"{BROWSER}# {number}\n")
        assert "1 passed" in next_run(terminal, "suites/shop.robot")


def resting_state(project, pid):
    """What there is between two runs, with the next browser: counted until it does not change."""
    deadline = time.monotonic() + PATIENCE
    counts = None
    while (now := state(project, pid)) != counts or now["processes"] < 6:
        assert time.monotonic() < deadline, now
        counts = now
        time.sleep(0.5)
    return {"counts": counts, "memory": memory(pid)}


def state(project, pid):
    """How many processes, descriptors, threads and temporary files there are."""
    folder = Path("/proc", str(pid))
    return {
        "processes": len(project.processes()),
        "descriptors": len(list((folder / "fd").iterdir())),
        "threads": len(list((folder / "task").iterdir())),
        "files": len(list(project.temporary.iterdir())),
    }


def memory(pid):
    """The memory that a process has to itself, in bytes."""
    text = Path("/proc", str(pid), "status").read_text()
    line = next(line for line in text.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) << 10
