"""Counts the complete evidence blocks of failing tests on large pages beside busy processes.

Run: `python benchmarks/evidence_under_load.py [tests] [busy processes] [rows]`, by default with
100, 8 and 3,000. Needs the package on Python's path.

A block is complete if it has address, title, picture of what was in view, console, source and the
requests of both sides. Prints how many blocks have each part, and how long the tests took.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from robot.api import ExecutionResult

_APPLICATION = """
import cherrypy


class Rows:
    @cherrypy.expose
    def index(self, rows="3000"):
        cells = "".join(f"<tr><td>{n}<td>row no. {n}<td>{n * n}" for n in range(int(rows)))
        script = "<script>console.log('shown')</script>"
        return f"<title>Rows {rows}</title>{script}<table>{cells}</table>"
"""

_SUITE = """
*** Settings ***
Library           SeleniumLibrary    run_on_failure=NOTHING
Library           robot_cherrypy
Suite Setup       Open Rows
Test Template     Fail On Rows

*** Test Cases ***
{tests}

*** Keywords ***
Open Rows
    Start Server    rows_application:Rows
    Open Headless Browser

Fail On Rows
    [Arguments]    ${{rows}}
    Go To Page    /?rows=${{rows}}
    Fail    On purpose.
"""

_PARTS = {
    "address": r"/\?rows=",
    "title": r"<dt>Title\W.{0,20}Rows \d+",
    "picture": r"data:image/jpeg;base64,",
    "console": r"shown",
    "source": r"Source of the page",
    "requests of the browser": r"first byte after",
    "requests of the server": r"rows_application:Rows|Rows\.index",
}

_MISSING = r"<span class=bad>(.*?)</span>"


def _main(tests: int = 100, busy: int = 8, rows: int = 3_000) -> None:
    program = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(program) for _ in range(busy)]
    try:
        with tempfile.TemporaryDirectory() as folder:
            _run(Path(folder), tests, rows)
            _report(Path(folder) / "output.xml")
    finally:
        for process in processes:
            process.kill()


def _run(folder: Path, tests: int, rows: int) -> None:
    (folder / "rows_application.py").write_text(_APPLICATION, "utf-8")
    names = [f"Test {n}    {rows * (n % 3 + 1) // 3}" for n in range(tests)]
    (folder / "rows.robot").write_text(_SUITE.format(tests="\n".join(names)), "utf-8")
    command = [sys.executable, "-m", "robot", "--pythonpath", ".", "--console", "dotted"]
    subprocess.run([*command, "rows.robot"], cwd=folder, check=False)


def _report(output: Path) -> None:
    result = ExecutionResult(output)
    blocks = [
        "".join(item.message for item in test.body if item.type == item.MESSAGE and item.html)
        for test in result.suite.all_tests
    ]
    found = [{part for part, text in _PARTS.items() if re.search(text, b)} for b in blocks]
    for part in _PARTS:
        print(f"{part:<24} {sum(part in parts for parts in found)} of {len(blocks)}")
    print(f"{'complete':<24} {sum(len(parts) == len(_PARTS) for parts in found)} of {len(blocks)}")
    times = sorted(test.elapsed_time.total_seconds() for test in result.suite.all_tests)
    median, longest = times[len(times) // 2], times[-1]
    print(f"a test took              {median:.2f} s in the median, {longest:.2f} s at most")
    missing = {reason for block in blocks for reason in re.findall(_MISSING, block)}
    print("\n".join(f"  {reason}" for reason in sorted(missing)))


if __name__ == "__main__":
    _main(*map(int, sys.argv[1:]))
