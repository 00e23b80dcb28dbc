"""A test is paused in the terminal, where any keyword can be typed."""

import subprocess
import sys

from robot.api import ExecutionResult

LIBRARY = "*** Settings ***\nLibrary    robot_cherrypy    debug=True\n\n"

LOOKING = (
    LIBRARY
    + """\
*** Test Cases ***
Looks
    [Timeout]    1 minute
    Own    local
    Log    after

*** Keywords ***
Own
    [Arguments]    ${mine}
    Pause    look
    Should Be Equal    ${mine}    changed
"""
)


def test_keywords_are_run_in_the_scope_of_the_test(run):
    """With its variables; the log has them below the keyword."""
    terminal = run(LOOKING)
    assert "Paused at: Pause    look" in terminal.wait_for_prompt()
    assert "'local'" in terminal.type("${mine}")
    assert "Variable '${other}' not found" in terminal.type("${other}")
    assert "said LOCAL" in terminal.type("Log    said ${mine.upper()}")
    assert "${n} = 7" in terminal.type("${n} =    Evaluate    3 + 4")
    assert "10" in terminal.type("Evaluate    $n + 3")
    assert "Two blanks or more" in terminal.type("Log hello")
    assert "There is no keyword that failed" in terminal.type("retry")
    assert "go on with the test" in terminal.type("help")
    terminal.type("VAR    ${mine}    changed")
    tests = terminal.finish("continue")
    assert (0, "PASS") == (terminal.exit_code, tests["Looks"].status)
    pause = tests["Looks"].body[0].body[0]
    assert ["Log", "Evaluate", "Evaluate"] == [
        item.name for item in pause.body if item.type == "KEYWORD" and item.passed
    ]


FAILING = (
    LIBRARY
    + """\
*** Variables ***
${READY}    ${False}

*** Test Cases ***
Mended
    Run Keyword And Expect Error    no    Fail    no
    TRY
        Fail    no
    EXCEPT    no
        Log    caught
    END
    ${it} =    Needs
    Should Be Equal    ${it}    it

Fails
    Fail    for good
    [Teardown]    Log    tidy

Passes
    No Operation

*** Keywords ***
Needs
    Should Be True    ${READY}    not ready
    RETURN    it
"""
)


def test_keyword_that_failed_can_be_retried(run):
    """Failures that are expected do not pause a test; the test goes on behind the keyword."""
    terminal = run(FAILING)
    shown = terminal.wait_for_prompt()
    assert "Failed: Should Be True    ${READY}    not ready" in shown
    assert "suite.robot:27, in test 'Suite.Mended'" in shown
    assert "FAIL: not ready" in terminal.type("retry")
    terminal.type("VAR    ${READY}    ${True}    scope=TEST")
    assert "PASS" in terminal.type("retry")
    assert "Failed: Fail    for good" in terminal.type("continue")
    tests = terminal.finish("continue")
    assert {"Mended": "PASS", "Fails": "FAIL", "Passes": "PASS"} == {
        name: test.status for name, test in tests.items()
    }
    retried = tests["Mended"].body[2].body[0]
    assert "Passed when retried. Before: not ready" == retried.message
    assert 1 == terminal.exit_code


HIDDEN_ERROR = (
    LIBRARY
    + """\
*** Test Cases ***
Buys
    Expect Server Error    *no tea
    Start Server    shop:Shop
    ${url} =    Get Server Url
    Run Keyword And Ignore Error    Get    ${url}/tea
    Get    ${url}/buy

*** Keywords ***
Get
    [Arguments]    ${url}
    Evaluate    urllib.request.urlopen($url)
"""
)

SHOP = """\
import cherrypy

class Shop:
    @cherrypy.expose
    def tea(self):
        raise ValueError("no tea")

    @cherrypy.expose
    def buy(self):
        raise ValueError("no money")
"""


def test_pause_tells_the_server_errors_so_far(run):
    """Those that fail the test; the message of a keyword may say only what the page shows."""
    terminal = run(HIDDEN_ERROR, shop=SHOP)
    shown = terminal.wait_for_prompt()
    assert "HTTP Error 500" in shown
    assert "Server error: GET /buy: ValueError: no money" in shown
    assert "no tea" not in shown.partition("Failed:")[2]
    terminal.finish("continue")


STEPS = (
    LIBRARY
    + """\
*** Test Cases ***
Steps
    Pause
    Own
    Log    last

*** Keywords ***
Own
    Log    inner
    Log    second
"""
)


def test_test_is_stepped_through(run):
    """`step` goes into keywords, `next` over them."""
    terminal = run(STEPS)
    terminal.wait_for_prompt()
    assert "Before: Own" in terminal.type("step")
    assert "Before: Log    inner" in terminal.type("s")
    assert "Before: Log    second" in terminal.type("n")
    assert "Before: Log    last" in terminal.type("next")
    assert "PASS" == terminal.finish("next")["Steps"].status


def test_quit_ends_the_run(run):
    """Teardowns run, further tests do not, and of several servers the others are left out."""
    terminal = run(
        FAILING, "--server", "both", "-t", "Fails", "-t", "Passes", module="robot_cherrypy"
    )
    terminal.wait_for_prompt()
    tests = terminal.finish("quit")
    assert 2 == terminal.exit_code
    assert {"Fails": "for good", "Passes": "Execution terminated by signal"} == {
        name: test.message for name, test in tests.items()
    }
    assert "tidy" == tests["Fails"].teardown.body[0].message


def test_keys(run):
    """Ctrl-C stops what runs, Tab completes, the arrow brings back lines, Ctrl-D is quit."""
    terminal = run(LOOKING)
    terminal.wait_for_prompt()
    terminal.press("Repeat Keyw\t")
    terminal.wait_until_shown("ord")
    terminal.press("    1000 x    Sleep    1 s\r")
    terminal.wait_until_shown("Repeating keyword")
    terminal.press("\x03")
    assert "Stopped by Ctrl-C" in terminal.wait_for_prompt()
    terminal.press("abc\x03")
    assert "quit ends the run" in terminal.wait_for_prompt()
    terminal.press("${mi\t")
    terminal.wait_until_shown("ne}")
    terminal.press("\r")
    assert "'local'" in terminal.wait_for_prompt()
    terminal.press("\x1b[A\r")
    assert "'local'" in terminal.wait_for_prompt()
    tests = terminal.finish("\x04")
    assert "Execution terminated by signal" == tests["Looks"].message


INTERRUPTED = """\
import signal


class interrupted:
    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self):
        self.ROBOT_LIBRARY_LISTENER = self
        self.ticks = 0
        self.is_stopped = False

    def tick(self):
        self.ticks += 1

    def fail_or_stop(self):
        if self.is_stopped:
            signal.raise_signal(signal.SIGINT)
        self.is_stopped = True
        raise AssertionError("not yet")

    def end_keyword(self, data, result):
        if result.name == "Tick" and self.ticks == 3:
            signal.raise_signal(signal.SIGINT)
"""

INTERRUPTIONS = (
    LIBRARY
    + """\
Library    interrupted.py    AS    It

*** Test Cases ***
Interrupted
    Fail Or Stop
    Log    after
"""
)


def test_interrupt_stops_one_keyword_alone(run):
    """Also in a listener, in which Robot swallows errors, and also one that is retried."""
    terminal = run(INTERRUPTIONS, interrupted=INTERRUPTED)
    terminal.wait_for_prompt()
    assert "Stopped by Ctrl-C" in terminal.type("Repeat Keyword    1000 x    Tick")
    terminal.type("${it} =    Get Library Instance    It")
    assert "3" in terminal.type("${it.ticks}")
    assert "Stopped by Ctrl-C" in terminal.type("retry")
    terminal.type("Tick")
    assert "4" in terminal.type("${it.ticks}")
    assert "not yet" == terminal.finish("continue")["Interrupted"].message


def test_without_a_terminal_the_test_goes_on(tmp_path):
    """A warning says why: at each `Pause`, and once for all failures."""
    (tmp_path / "suite.robot").write_text(
        LIBRARY + "*** Test Cases ***\nGoes On\n    Pause\n    Fail    after\n"
        "Goes On Again\n    Pause    second\n    Fail    after\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "robot", "suite.robot"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert 2 == done.returncode
    assert 2 == done.stderr.count("The test is not paused: standard input is no terminal.")
    assert 1 == done.stderr.count("Tests are not paused where they fail: standard input is no")
    tests = ExecutionResult(tmp_path / "output.xml").suite.all_tests
    assert ["after", "after"] == [test.message for test in tests]


def test_option_may_come_from_the_command_line(run):
    """It holds whatever the import says."""
    suite = LIBRARY.replace("debug=True", "debug=False") + "*** Test Cases ***\nA\n    Fail    x\n"
    terminal = run(suite, "--debug", module="robot_cherrypy")
    assert "Failed: Fail    x" in terminal.wait_for_prompt()
    assert "FAIL" == terminal.finish("c")["A"].status
