"""No driver, no browser and no file of theirs outlives the process that opened the browser."""

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
from robot_cherrypy.browser.driver_guard import DriverGuard
from robot_cherrypy.errors import BrowserError
from robot_cherrypy.tests.browser.conftest import folder_of, left_in, processes_in, wait_for_end

OPEN = """
import os, sys
from robot_cherrypy import browser
driver = browser.open_local({kind!r})
driver.get({url!r})
print(driver.capabilities["chrome"]["userDataDir"], driver.service.process.pid, flush=True)
{then}
"""


@dataclass
class Opened:
    """A process that has opened a browser, the browser's folder, and the guard's process ids."""

    process: subprocess.Popen
    folder: Path
    guard: int
    second: int

    def left(self):
        """Wait for the guard's end; return what is left of the browser."""
        wait_for_end(self.guard, self.second)
        return left_in(self.folder)


@pytest.fixture(params=["chromium-headless-shell", "chromium"])
def open_elsewhere(request, url):
    """Return a function that opens a browser in another process, which then runs some code."""
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
            return Opened(process, Path(data).parent, int(guard), child_of(guard, "process-guard"))

        yield run


def test_kill_leaves_nothing(open_elsewhere):
    """When a process is killed by SIGKILL, its browser ends with it."""
    opened = open_elsewhere()
    assert processes_in(opened.folder)
    opened.process.kill()
    assert [] == opened.left()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_leave_nothing(open_elsewhere, number):
    """When any other signal ends a process, its browser ends with it."""
    opened = open_elsewhere()
    opened.process.send_signal(number)
    assert [] == opened.left()


def test_exit_without_quit_leaves_nothing(open_elsewhere):
    """When a process ends without closing its browser, the browser has ended before it."""
    opened = open_elsewhere("")
    assert 0 == opened.process.wait(20)
    assert [] == left_in(opened.folder)


def test_abrupt_exit_leaves_nothing(open_elsewhere):
    """When a process ends without its exit handlers, its browser ends with it."""
    assert [] == open_elsewhere("os._exit(70)").left()


def test_browser_ends_although_a_fork_lives_on(open_elsewhere):
    """A fork that holds the pipe to the guard does not keep the browser of its dead parent."""
    opened = open_elsewhere("os.fork() or sys.stdin.read(); sys.stdin.read()")
    opened.process.kill()
    assert [] == opened.left()


def test_the_end_of_a_fork_does_not_end_the_browser(open_elsewhere):
    """A fork that ends does not close the browser of its parent."""
    opened = open_elsewhere(
        "child = os.fork()\nif not child: sys.exit()\n"
        "os.waitpid(child, 0); print(driver.title, flush=True); sys.stdin.read()"
    )
    assert "Here\n" == opened.process.stdout.readline()
    opened.process.kill()
    assert [] == opened.left()


def test_guard_has_a_name_of_its_own(open_elsewhere):
    """Killing Robot Framework, Python or the driver by name does not kill the guard."""
    guard = Path("/proc", str(open_elsewhere().guard))
    assert "process-guard\n" == (guard / "comm").read_text()
    assert not re.search("robot|cherrypy|chrom", (guard / "cmdline").read_text())


def test_terminated_guard_cleans_up(open_elsewhere):
    """A guard that gets SIGTERM, as from a service manager, leaves nothing."""
    opened = open_elsewhere()
    os.kill(opened.guard, signal.SIGTERM)
    assert [] == opened.left()


@pytest.mark.parametrize("part", ["guard", "second", "driver"])
def test_killed_part_leaves_nothing(open_elsewhere, part):
    """When a process of the guard or the driver is killed, the browser and its files go, too."""
    opened = open_elsewhere()
    driver = child_of(opened.second, "chromedriver")
    os.kill(driver if part == "driver" else getattr(opened, part), signal.SIGKILL)
    assert [] == opened.left()


def child_of(process, name):
    """Return the process id of the child of a process with this name."""
    return int(subprocess.check_output(["pgrep", "--parent", str(process), name], text=True))


@pytest.mark.parametrize("kind", ["chromium-headless-shell", "chromium"])
def test_quit_leaves_nothing(url, kind):
    """When `quit` returns, nothing is left, not even a zombie."""
    driver = browser.open_local(kind)
    driver.get(url)
    folder = folder_of(driver)
    assert left_in(folder)
    driver.quit()
    driver.quit()  # a second one does nothing
    assert [] == left_in(folder)


def test_driver_that_does_not_exist():
    """The error for a program that does not run has its path and the reason."""
    with pytest.raises(BrowserError) as caught:
        DriverGuard(["/no/such/driver"]).wait_for_port()
    assert (
        "/no/such/driver did not get to listen on a port; "
        "it said: /no/such/driver: No such file or directory"
    ) == str(caught.value)


def test_driver_that_ends_at_once():
    """The error for a driver that ends before it listens has its output."""
    with pytest.raises(BrowserError) as caught:
        DriverGuard(["/bin/sh", "-c", "echo out of order >&2; exit 3"]).wait_for_port()
    assert "/bin/sh did not get to listen on a port; it said: out of order" == str(caught.value)


def test_unread_output_does_not_block_a_driver(tmp_path):
    """A driver can write as much as it likes after its port is known, though nobody reads it."""
    done = tmp_path / "done"
    os.mkfifo(done)
    script = (
        "echo was started successfully on port 99; "
        f"head -c 1000000 /dev/zero; echo done > {done}; exec sleep 600"
    )
    guard = DriverGuard(["/bin/sh", "-c", script])
    try:
        assert 99 == guard.wait_for_port()
        with done.open() as end_of_output:
            assert "done\n" == end_of_output.readline()
    finally:
        guard.stop()
