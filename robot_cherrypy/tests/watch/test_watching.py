"""`robot-cherrypy watch` in a terminal: files are saved, keys are pressed, verdicts are read."""

import os
import re
import signal
import time
import urllib.request

import pytest
from robot.api import ExecutionResult

from robot_cherrypy.evidence.named_secrets import MASK
from robot_cherrypy.tests.watch.conftest import PRICES
from robot_cherrypy.tests.watch.terminal import PATIENCE

# A test runs suites a dozen times, each in less than a second on a machine that is not busy.
pytestmark = pytest.mark.timeout(600)

SUMMARY = r"\n((?:\d+ \w+(?:, )?)+|no tests) in [\d.]+ s\n"


def verdicts(text):
    """The status and the name of each test of a run, as printed."""
    return re.findall(r"^(PASS|FAIL) +(\S.*?)  ", text, re.MULTILINE)


def next_run(terminal, reason):
    """Read until the end of the next run; return what is printed of it."""
    terminal.read_until(rf"── {reason} ")
    match = terminal.read_until(rf".*?{SUMMARY}")
    return match[0]


def test_saved_files_run_what_they_touch(project):
    """A module, one that it imports, a page, a resource, a suite; and nothing else does."""
    with project.watch() as terminal:
        report = terminal.read_until(r"Report: (\S+)")[1]
        assert 3 == len(verdicts(next_run(terminal, "all tests")))
        terminal.read_until("q: quit")
        project.save("notes.md", "of no interest")
        project.save("unused.py", "")  # new, and maybe what the application lacked
        assert 2 == len(verdicts(next_run(terminal, "unused.py")))

        project.replace("prices.py", "3 coins", "4 coins")
        text = next_run(terminal, "prices.py")
        assert [
            ("FAIL", "Suites.Shop.Apple Has A Price"),
            ("PASS", "Suites.Shop.Page Has A Heading"),
        ] == verdicts(text)
        assert "'<h1>Shop</h1> 4 coins' does not contain '3 coins'" in text
        assert "suites/shop.robot:6" in text
        assert "1 failed, 1 passed in" in text

        project.save("prices.py", "def price(:\n")
        text = next_run(terminal, "prices.py")
        assert "SyntaxError" in text
        assert "(as above)" in text
        project.save("prices.py", "def price():\n    return '3 coins'\n")
        assert "2 passed in" in next_run(terminal, "prices.py")
        project.replace("pages/shop.html", "<h1>Shop</h1>", "<h1>Stop</h1>")
        assert "1 failed, 1 passed" in next_run(terminal, "pages/shop.html")
        project.replace("pages/shop.html", "<h1>Stop</h1>", "<h1>Shop</h1>")
        assert "2 passed" in next_run(terminal, "pages/shop.html")
        project.replace("suites/words.resource", "shop:Shop", "shop:Stop")
        assert "2 failed" in next_run(terminal, "suites/words.resource")
        project.replace("suites/words.resource", "shop:Stop", "shop:Shop")
        assert "2 passed" in next_run(terminal, "suites/words.resource")
        fail = "VAR    ${password}    no-luck\n    Fail    It is ${password}."
        project.replace("suites/other.robot", "No Operation", fail)
        text = next_run(terminal, "suites/other.robot")
        assert [("FAIL", "Suites.Other.Nothing Is Needed")] == verdicts(text)
        assert f"It is {MASK}." in text
        terminal.read_until("q: quit")
        with urllib.request.urlopen(report) as response:
            assert b"EventSource" in response.read()
        terminal.press("f")
        assert [("FAIL", "Suites.Other.Nothing Is Needed")] == verdicts(
            next_run(terminal, "failed tests")
        )
        terminal.press("\n")
        assert "1 failed, 2 passed" in next_run(terminal, "all tests")
        terminal.press("q")
        assert 1 == terminal.wait()
    project.wait_for_end()


def test_new_deleted_and_broken_suites(project):
    """A suite that is written, broken, mended and deleted again; many files at once."""
    with project.watch() as terminal:
        next_run(terminal, "all tests")
        project.save("suites/new.robot", "*** Test Cases ***\nNew\n    Fail\n")
        assert [("FAIL", "Suites.New.New")] == verdicts(next_run(terminal, "suites/new.robot"))
        project.save("suites/new.robot", "*** Nonsense ***\nNew\n    Fail\n")
        terminal.read_until("Unrecognized section header")
        project.save("suites/new.robot", "*** Test Cases ***\nNew\n    No Such Keyword\n")
        assert "No keyword with name 'No Such Keyword' found." in next_run(
            terminal, "suites/new.robot"
        )
        (project.folder / "suites/new.robot").unlink()
        for name in ("suites/other.robot", "suites/shop.robot", "prices.py"):
            project.save(name, (project.folder / name).read_text())
        text = next_run(terminal, ".+?")
        while "3 passed" not in text:  # the files came in parts
            text = next_run(terminal, ".+?")
        terminal.press("q")
        assert 0 == terminal.wait()
    project.wait_for_end()


WAITING = """\
*** Settings ***
Library    OperatingSystem
Library    reader.py
Suite Teardown    Create File    ${CURDIR}/../torn-down

*** Test Cases ***
Waits
    Create File    ${CURDIR}/../begun
    Wait For File    ${CURDIR}/../go
"""


def wait_for(path):
    """Wait for a file."""
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.01)


def test_save_during_a_run_stops_it(project):
    """What was touched is run first, and what the run had not done after that."""
    with project.watch() as terminal:
        next_run(terminal, "all tests")
        project.save("suites/waits.robot", WAITING)
        wait_for(project.folder / "begun")
        project.save("suites/other.robot", (project.folder / "suites/other.robot").read_text())
        assert "1 passed" in next_run(terminal, "suites/other.robot")
        assert (project.folder / "torn-down").exists()
        project.save("go", "")
        assert [("PASS", "Suites.Waits.Waits")] == verdicts(
            next_run(terminal, "what was stopped before")
        )
        terminal.press("q")
        assert 0 == terminal.wait()
    project.wait_for_end()


@pytest.mark.parametrize("end", ["Ctrl-C", "q", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_end_during_a_run(project, end):
    """Teardowns are run, unless the command is killed; nothing is left in any case."""
    project.save("suites/shop.robot", "")
    project.save("suites/waits.robot", WAITING)
    with project.watch("suites/waits.robot") as terminal:
        wait_for(project.folder / "begun")
        if end in {"Ctrl-C", "q"}:
            terminal.press({"Ctrl-C": "\x03", "q": "q"}[end])
        else:
            os.kill(terminal.process.pid, getattr(signal, end))
        assert (-9 if end == "SIGKILL" else 0) == terminal.wait()
    assert (end != "SIGKILL") == (project.folder / "torn-down").exists()
    project.wait_for_end()


def test_several_suites_are_named(project):
    """A saved file runs what it touches of them."""
    with project.watch("suites/shop.robot", "suites/other.robot") as terminal:
        assert 3 == len(verdicts(next_run(terminal, "all tests")))
        project.replace("prices.py", "3 coins", "4 coins")
        assert "1 failed, 1 passed in" in next_run(terminal, "prices.py")


def test_application_that_ends_the_process(project):
    """The watch goes on, and a saved module runs the suite again."""
    project.save("prices.py", "import os\n\nos._exit(3)\n")
    with project.watch("suites/shop.robot") as terminal:
        terminal.read_until("The process of the run has died")
        project.save("prices.py", PRICES)
        assert "2 passed" in next_run(terminal, "prices.py")
        terminal.press("q")
        assert 0 == terminal.wait()
    project.wait_for_end()


ON_EACH_SERVER = """\
*** Settings ***
Resource    words.resource
Suite Setup    Open Shop

*** Variables ***
${SERVER}    unset

*** Test Cases ***
Threaded Only
    Should Be Equal    ${SERVER}    threaded

Late
    Fail At First    ${CURDIR}/../${SERVER}.tried
"""


def test_both_servers_and_retries(project):
    """Each test is run on both, and those that fail are run again, into one report."""
    project.save("suites/shop.robot", ON_EACH_SERVER)
    library = (project.folder / "suites/reader.py").read_text()
    project.save("suites/reader.py", library + FAIL_AT_FIRST)
    options = ["--server", "both", "--retries", "2", "--name", "All"]
    with project.watch(*options, "suites/shop.robot") as terminal:
        report = terminal.read_until(r"Report: (\S+/)")[1]
        with urllib.request.urlopen(f"{report}robot-cherrypy-events") as events:
            assert [
                ("PASS", "All.Threaded.Threaded Only"),
                ("FAIL", "All.Threaded.Late"),
                ("FAIL", "All.Async.Threaded Only"),
                ("FAIL", "All.Async.Late"),
            ] == verdicts(next_run(terminal, "all tests"))
            assert [
                ("PASS", "All.Threaded.Late"),
                ("FAIL", "All.Async.Threaded Only"),
                ("PASS", "All.Async.Late"),
            ] == verdicts(next_run(terminal, "failed tests, attempt 2 of 3"))
            only = [("FAIL", "All.Async.Threaded Only")]
            assert only == verdicts(next_run(terminal, "failed tests, attempt 3 of 3"))
            for _ in range(3):
                wait_for_report(events)
        tests = {test.full_name: test for test in results(project).suite.all_tests}
        assert {"All.Threaded.Late", "All.Async.Late"} == {
            name for name, test in tests.items() if "flaky" in test.tags
        }
        assert 4 == len(tests)
        project.replace("suites/shop.robot", "${SERVER}    threaded", "${SERVER}    async")
        assert "1 failed, 3 passed" in next_run(terminal, "suites/shop.robot")
        terminal.press("q")
        assert 1 == terminal.wait()
    project.wait_for_end()


def results(project):
    """Read the results of the last run."""
    return ExecutionResult(project.folder / "results" / "output.xml")


FAIL_AT_FIRST = """

def fail_at_first(path):
    path = Path(path)
    if not path.exists():
        path.touch()
        raise AssertionError("not yet")
"""

COUNTED = """\
*** Settings ***
Library    reader.py
Library    robot_cherrypy
Suite Setup    Open

*** Test Cases ***
First
    Read Page    ${URL}/first

Second
    Read Page    ${URL}/second

*** Keywords ***
Open
    ${url} =    Start Server    halves:Halves
    VAR    ${URL}    ${url}    scope=SUITE
"""
HALVES = """\
import cherrypy


class Halves:
    @cherrypy.expose
    def first(self):
        return "first"

    @cherrypy.expose
    def second(self):
        return "second"

    @cherrypy.expose
    def third(self):
        return "third"
"""


def test_coverage_by_test_chooses_tests(project):
    """Only those run that have reached the changed lines; all if an import has."""
    project.save("suites/shop.robot", COUNTED)
    project.save("halves.py", HALVES)
    with project.watch("--listener", "robot_cherrypy.coverage", "suites/shop.robot") as terminal:
        report = terminal.read_until(r"Report: (\S+/)")[1]
        with urllib.request.urlopen(f"{report}robot-cherrypy-events") as events:

            def run(expected):
                """Read the verdicts of the next run, and wait for its report and coverage."""
                assert expected == [name for _, name in verdicts(next_run(terminal, "[^\n]+"))]
                wait_for_report(events)

            run(["Shop.First", "Shop.Second"])
            project.replace("halves.py", '"second"', '"second" + ""')
            run(["Shop.Second"])
            project.replace("halves.py", '"first"', '"first" + ""')
            run(["Shop.First"])
            project.replace("halves.py", '"third"', '"third" + ""')
            terminal.read_until("No test has reached what was changed in halves.py")
            project.replace("halves.py", "import cherrypy\n", "import cherrypy\n\nLIMIT = 3\n")
            run(["Shop.First", "Shop.Second"])
            project.replace("halves.py", '"second" + ""', '"second"')
            run(["Shop.Second"])
        terminal.press("q")
        assert 0 == terminal.wait()
    project.wait_for_end()


def wait_for_report(events):
    """Wait until open pages are told to load the report again."""
    while not events.readline().startswith(b"data:"):
        pass
