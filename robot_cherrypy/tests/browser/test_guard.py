"""No driver, browser or file of theirs outlives the process that opened them."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from robot_cherrypy import browser
from robot_cherrypy.browser.guarding import DriverGuard
from robot_cherrypy.errors import BrowserError
from robot_cherrypy.tests.browser.conftest import folder_of, left_in, processes_in, wait_for_end

OPEN = """
import os, sys
from robot_cherrypy import browser
driver = browser.start({kind!r})
driver.get({url!r})
print(driver.capabilities["chrome"]["userDataDir"], driver.service.process.pid, flush=True)
{then}
"""


@dataclass
class Opened:
    """A process that has opened a browser."""

    process: subprocess.Popen
    folder: Path
    guard: int

    def left(self):
        """Wait until the guard has ended, and tell what is left."""
        wait_for_end(self.guard)
        return left_in(self.folder)


@pytest.fixture(params=["chromium-headless-shell", "chromium"])
def open_elsewhere(request, url):
    """Open a browser in a process of its own, which then does what it is given."""
    with contextlib.ExitStack() as processes:

        def run(then="sys.stdin.read()"):
            process = processes.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", OPEN.format(kind=request.param, url=url, then=then)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            processes.callback(process.kill)
            data, guard = process.stdout.readline().split()
            return Opened(process, Path(data).parent, int(guard))

        yield run


def test_kill_leaves_nothing(open_elsewhere):
    """A process killed with SIGKILL takes its browser along."""
    opened = open_elsewhere()
    assert processes_in(opened.folder)
    opened.process.kill()
    assert [] == opened.left()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_leave_nothing(open_elsewhere, number):
    """So does a process that any other signal ends."""
    opened = open_elsewhere()
    opened.process.send_signal(number)
    assert [] == opened.left()


def test_exit_without_quit_leaves_nothing(open_elsewhere):
    """When a process that forgot to close its browser has ended, the browser is gone already."""
    opened = open_elsewhere("")
    assert 0 == opened.process.wait(20)
    assert [] == left_in(opened.folder)


def test_abrupt_exit_leaves_nothing(open_elsewhere):
    """A process that skips its exit handlers takes its browser along too."""
    assert [] == open_elsewhere("os._exit(70)").left()


def test_a_surviving_fork_keeps_no_browser(open_elsewhere):
    """A forked child that holds the pipe to the guard does not keep its dead parent's browser."""
    opened = open_elsewhere("os.fork() or sys.stdin.read(); sys.stdin.read()")
    opened.process.kill()
    assert [] == opened.left()


def test_the_end_of_a_fork_does_not_end_the_browser(open_elsewhere):
    """A forked child that ends runs no exit handler on the browser of its parent."""
    opened = open_elsewhere(
        "child = os.fork()\nif not child: sys.exit()\n"
        "os.waitpid(child, 0); print(driver.title, flush=True); sys.stdin.read()"
    )
    assert "Here\n" == opened.process.stdout.readline()
    opened.process.kill()
    assert [] == opened.left()


def test_guard_is_not_found_under_the_names_of_others(open_elsewhere):
    """Whoever kills Robot, Python or the driver by its name does not kill the guard with it."""
    guard = Path("/proc", str(open_elsewhere().guard))
    assert "process-guard\n" == (guard / "comm").read_text()
    assert not re.search("robot|cherrypy|chrom", (guard / "cmdline").read_text())


def test_terminated_guard_cleans_up(open_elsewhere):
    """A guard told to end, as by a service manager, leaves nothing."""
    opened = open_elsewhere()
    os.kill(opened.guard, signal.SIGTERM)
    assert [] == opened.left()


def test_killed_driver_leaves_nothing(open_elsewhere):
    """When the driver dies, browser and files go with it."""
    opened = open_elsewhere()
    driver = subprocess.run(
        ["pgrep", "--parent", str(opened.guard), "chromedriver"],
        capture_output=True,
        text=True,
        check=True,
    )
    os.kill(int(driver.stdout), signal.SIGKILL)
    assert [] == opened.left()


@pytest.mark.parametrize("kind", ["chromium-headless-shell", "chromium"])
def test_quit_leaves_nothing(url, kind):
    """When `quit` returns nothing is left, not even a zombie."""
    driver = browser.start(kind)
    driver.get(url)
    folder = folder_of(driver)
    assert left_in(folder)
    driver.quit()
    driver.quit()  # a second one does nothing
    assert [] == left_in(folder)


def test_driver_that_does_not_exist():
    """A program that cannot be run is named, with the reason."""
    with pytest.raises(BrowserError) as caught:
        DriverGuard(["/no/such/driver"]).port()
    assert (
        "/no/such/driver did not get to listen on a port; "
        "it said: /no/such/driver: No such file or directory"
    ) == str(caught.value)


def test_driver_that_ends_at_once():
    """A driver that ends before it listens is reported with what it said."""
    with pytest.raises(BrowserError) as caught:
        DriverGuard(["/bin/sh", "-c", "echo out of order >&2; exit 3"]).port()
    assert "/bin/sh did not get to listen on a port; it said: out of order" == str(caught.value)


def test_many_words_of_output_do_not_block_a_driver(tmp_path):
    """A driver may go on to write after its port is known, and nobody has to read it."""
    done = tmp_path / "done"
    os.mkfifo(done)
    script = (
        "echo was started successfully on port 99; "
        f"head -c 1000000 /dev/zero; echo done > {done}; exec sleep 600"
    )
    guard = DriverGuard(["/bin/sh", "-c", script])
    try:
        assert 99 == guard.port()
        with done.open() as end_of_output:
            assert "done\n" == end_of_output.readline()
    finally:
        guard.end()
