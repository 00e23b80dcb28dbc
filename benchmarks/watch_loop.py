"""Measure the time from a saved file to the verdict of one echo test, watched and with `robot`.

    python benchmarks/watch_loop.py

The test starts a server, opens a browser, types, clicks and reads. It is watched in a terminal; a
file of the application and the suite are saved in turn, and the time ends when the verdict can be
read. Beside it, after each save, `robot` runs the same suite as a command; its time ends likewise,
and its whole time is printed, too. Prints the best, the median and ratios, and the processor time
that all processes of the watch need until the verdict, which hardly depends on what else runs.
"""

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from robot_cherrypy.tests.watch.terminal import Terminal

ROOT = Path(__file__).parents[1]
ROUNDS = 20

# Until the next browser and process are there, and the machine is quiet, in seconds.
PAUSE = 2.0

SUITE = """\
*** Settings ***
Library    robot_cherrypy
Library    SeleniumLibrary    run_on_failure=NOTHING

*** Test Cases ***
Echo
    Start Server    echo:Echo
    Open Headless Browser
    Input Text    message    Hello
    Click Button    send
    Wait Until Page Contains Element    id:echo
    Element Text Should Be    echo    Hello
"""


def main():
    """Measure, and print the results."""
    with tempfile.TemporaryDirectory(prefix="w-") as name:
        folder, results = Path(name, "project"), Path(name, "results")
        folder.mkdir()
        application, suite = folder / "echo/__init__.py", folder / "echo.robot"
        shutil.copytree(ROOT / "sample_app" / "echo", application.parent)
        suite.write_text(SUITE)
        times = {"watched": [], "robot, verdict": [], "robot, whole": [], "processor": []}
        with Terminal(folder, "watch", "echo.robot") as terminal:
            terminal.read_until(r"q: quit")
            for number in range(ROUNDS):
                time.sleep(PAUSE)
                saved = (application, suite)[number % 2]
                used = processor_time(terminal.process.pid)
                start = time.perf_counter()
                with saved.open("a") as file:
                    file.write("#\n")
                terminal.read_until(r"PASS +Echo\.Echo")
                times["watched"].append(time.perf_counter() - start)
                times["processor"].append(processor_time(terminal.process.pid) - used)
                terminal.read_until(r"q: quit")
                time.sleep(PAUSE)
                verdict, whole = cold_run(folder, results)
                times["robot, verdict"].append(verdict)
                times["robot, whole"].append(whole)
            terminal.press("q")
            terminal.wait()
    report(times)


def processor_time(command):
    """Return the processor time of a process and all that it has started, in seconds."""
    parents, ticks = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            pid = int(path.parent.name)
            # With the ended processes that it has waited for.
            parents[pid], ticks[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    family = {command}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(ticks.get(pid, 0) for pid in family) / os.sysconf("SC_CLK_TCK")


def cold_run(folder, results):
    """Return the times of a run by `robot`: until the verdict, and until the end."""
    command = [sys.executable, "-um", "robot", "--outputdir", str(results), "echo.robot"]
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as process:
        next(line for line in process.stdout if b"| PASS |" in line)
        verdict = time.perf_counter() - start
        process.stdout.read()
    assert process.returncode == 0
    return verdict, time.perf_counter() - start


def report(times):
    """Print seconds, and ratios to the watched test."""
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"{ROUNDS} alternating runs, from the saved file on: best, median, ratio of medians")
    for name, median in medians.items():
        ratio = median / medians["watched"]
        print(f"{name:15} {min(times[name]):.3f} s  {median:.3f} s  ({ratio:.1f})")


if __name__ == "__main__":
    main()
