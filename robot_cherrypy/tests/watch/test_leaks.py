"""However often suites are run again, nothing is left of the runs."""

import os
import time
from pathlib import Path

import pytest

from robot_cherrypy.tests.watch.terminal import PATIENCE
from robot_cherrypy.tests.watch.test_watching import next_run

# `ROBOT_CHERRYPY_RERUNS=200` measures longer; a leak of each run shows in a few.
RERUNS = int(os.environ.get("ROBOT_CHERRYPY_RERUNS", "4"))

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
        command = terminal.process.pid
        before = resting_state(project, command)
        memory_before = memory(command)
        rerun(project, terminal, RERUNS)
        wait_for_state(project, command, lambda now: now == before)
        assert memory(command) - memory_before < GROWTH
        terminal.press("q")
        assert 0 == terminal.wait()
    project.wait_for_end()


def rerun(project, terminal, times):
    """Save the suite and wait for the verdict, several times."""
    for number in range(times):
        project.save("suites/shop.robot", f"{BROWSER}# {number}\n")
        assert "1 passed" in next_run(terminal, "suites/shop.robot")


def resting_state(project, command):
    """What there is between two runs, when the next browser is open and nothing changes."""
    last = None

    def rests(now):
        nonlocal last
        is_still, last = now == last, now
        return is_still and now["browsers"] == 1

    return wait_for_state(project, command, rests)


def wait_for_state(project, command, condition):
    """Wait until a condition holds for what there is; return that."""
    deadline = time.monotonic() + PATIENCE
    while not condition(now := state(project, command)):
        assert time.monotonic() < deadline, now
        time.sleep(0.5)
    return now


def state(project, command):
    """How many processes, descriptors, threads and temporary files there are.

    A browser starts and ends processes whenever it likes; it counts as one.
    """
    folder = Path("/proc", str(command))
    lines = [command_line(pid) for pid in project.processes()]
    return {
        "browsers": sum("--remote-debugging" in line and "--type=" not in line for line in lines),
        "others": sum("--type=" not in line for line in lines),
        "descriptors": len(list((folder / "fd").iterdir())),
        "threads": len(list((folder / "task").iterdir())),
        "files": len(list(project.temporary.iterdir())),
    }


def command_line(pid):
    """The command line of a process; empty if it has ended."""
    try:
        return Path("/proc", str(pid), "cmdline").read_text()
    except OSError:
        return ""


def memory(pid):
    """The memory that a process has to itself, in bytes."""
    text = Path("/proc", str(pid), "status").read_text()
    line = next(line for line in text.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) << 10
