"""Measure a project of 500 tests in 50 suites: `robot`, and `robot-cherrypy run --processes N`.

    python benchmarks/many_suites.py
    python benchmarks/many_suites.py --processes 4 16 --waiting
    python benchmarks/many_suites.py --only-generate shop

Each suite starts a server, and each of its ten tests requests a page that keeps a processor busy:
for 20 ms in most suites, and for 200 ms in two. With `--waiting` the page waits for as long, as for
a service elsewhere: then all processes together need hardly a processor, so that it shows how it is
on a machine with enough of them. The first run of each number of processes has no times of earlier
runs, the second has. Prints the seconds of each, the ratio to `robot`, the ideal (all suites one
after the other, divided by the processes), and how long the slowest suite takes: no run can be
shorter.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from robot.api import ExecutionResult

SUITES, TESTS = 50, 10
USUAL, SLOW = 0.02, 0.2
SLOW_SUITES = {"suite_17", "suite_42"}

APPLICATION = '''\
"""A page that takes its time."""

import time

import cherrypy


class Work:
    @cherrypy.expose
    def index(self, seconds, waiting=""):
        end = time.monotonic() + float(seconds)
        if waiting:
            time.sleep(float(seconds))
        while time.monotonic() < end:
            pass
        return "done"
'''

HEAD = """\
*** Settings ***
Library         robot_cherrypy
Library         urllib.request    AS    Web
Suite Setup     Start Work

*** Keywords ***
Start Work
    ${url} =    Start Server    work:Work
    VAR    ${URL}    ${url}    scope=SUITE

*** Test Cases ***
"""


def main():
    """Generate the project, measure, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--processes", type=int, nargs="+", default=[2], metavar="N")
    parser.add_argument("--waiting", action="store_true", help="pages wait, and do not compute")
    parser.add_argument("--only-generate", type=Path, metavar="FOLDER")
    chosen = parser.parse_args()
    if chosen.only_generate:
        generate(chosen.only_generate, waiting=chosen.waiting)
        return
    with tempfile.TemporaryDirectory(prefix="many-") as name:
        folder = Path(name)
        generate(folder, waiting=chosen.waiting)
        measure(folder, chosen.processes)


def generate(folder, *, waiting):
    """Write the application and its suites."""
    (folder / "suites").mkdir(parents=True)
    (folder / "work.py").write_text(APPLICATION)
    for number in range(SUITES):
        name = f"suite_{number:02}"
        seconds = SLOW if name in SLOW_SUITES else USUAL
        query = f"?seconds={seconds}{'&waiting=1' if waiting else ''}"
        tests = (f"Test {each}\n    Web.Urlopen    ${{URL}}{query}\n" for each in range(TESTS))
        (folder / f"suites/{name}.robot").write_text(HEAD + "\n".join(tests))


def measure(folder, numbers):
    """Run the suites in each way."""
    robot = [sys.executable, "-m", "robot"]
    serial = run(folder, *robot, "--outputdir", "serial", "suites")
    print(f"{'robot':28} {serial:6.1f} s")
    suites = ExecutionResult(folder / "serial/output.xml", include_keywords=False).suite.suites
    seconds = [suite.elapsed_time.total_seconds() for suite in suites]
    for number in numbers:
        ours = [sys.executable, "-m", "robot_cherrypy", "run", "--processes", str(number)]
        for attempt in ("first", "with times"):
            taken = run(folder, *ours, "--outputdir", f"at-once-{number}", "suites")
            name = f"--processes {number}, {attempt}"
            print(f"{name:28} {taken:6.1f} s  {serial / taken:5.2f} times as fast")
        print(f"{'  ideal':28} {max(sum(seconds) / number, *seconds):6.1f} s")
    print(f"{'slowest suite':28} {max(seconds):6.1f} s")


def run(folder, *command):
    """Run a command that has to succeed; return its seconds."""
    start = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


if __name__ == "__main__":
    main()
