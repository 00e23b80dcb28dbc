"""The verdict of tests, and the evidence that they have, in small runs of Robot Framework."""

import io
from dataclasses import dataclass

import pytest
import robot
from robot.api import ExecutionResult

from robot_cherrypy.evidence import listener
from robot_cherrypy.evidence.judge import Judge

KEYWORDS = """
*** Keywords ***
Open Shop
    [Arguments]    ${alias}=shop
    ${url} =    Start Server    sample_app.faulty:Faulty    alias=${alias}
    VAR    ${URL}    ${url}    scope=GLOBAL
Visit
    [Arguments]    ${path}
    Evaluate    requests.get($URL + $path)
Err
    Visit    /tea?name=oolong
"""
SHOP = """
*** Settings ***
Library    robot_cherrypy
Suite Setup    Open Shop

*** Test Cases ***
"""
ERROR = "Server error: GET /tea: KeyError: 'oolong' in sample_app.faulty.Shop.tea (answered 500)"


@dataclass
class Finished:
    """What a run left."""

    code: int
    result: object
    console: str
    output: str

    @property
    def statuses(self):
        """The status of each test by its name."""
        return {test.name: test.status for test in self.result.suite.all_tests}

    @property
    def messages(self):
        """The message of each test by its name."""
        return {test.name: test.message for test in self.result.suite.all_tests}

    @property
    def blocks(self):
        """How many blocks of evidence there are."""
        return self.output.count("class=rcp&gt;")


@pytest.fixture
def run(tmp_path):
    """Runs suites, given by file names and texts."""

    def run_suites(suites, **options):
        for name, text in suites.items():
            file = tmp_path / "suites" / name
            file.parent.mkdir(exist_ok=True, parents=True)
            file.write_text(text + KEYWORDS, "utf-8")
        console = io.StringIO()
        code = robot.run(
            tmp_path / "suites",
            name="Run",
            outputdir=tmp_path,
            log=None,
            report=None,
            stdout=console,
            stderr=console,
            **options,
        )
        output = tmp_path / "output.xml"
        return Finished(code, ExecutionResult(output), console.getvalue(), output.read_text())

    return run_suites


def test_a_skipped_test_stays_skipped(run):
    """Robot Framework decides so before listeners are called: by keyword, tag and option."""
    done = run(
        {
            "a.robot": SHOP
            + """
By Tag
    [Tags]    robot:skip-on-failure
    Err
By Option
    [Tags]    flaky
    Err
By Pattern
    [Tags]    shaky-1
    Err
Failed And By Option
    [Tags]    flaky
    Err
    Fail    anyway
Error Before Skip
    Err
    Skip    not today
Skip In The Teardown
    Err
    [Teardown]    Skip    not today
Expected And Skipped
    Expect Server Error
    Skip    not today
HTML And By Tag
    [Tags]    robot:skip-on-failure
    Set Test Message    *HTML* <b>so</b>
    Err
Passed
    Err
    Pass Execution    fine
Passed And Says So
    Err
    Set Test Message    """
            + f"{ERROR}\n"
        },
        skiponfailure=["flaky", "sha?y*"],
    )
    failed = {"Passed": "FAIL", "Passed And Says So": "FAIL"}
    assert dict.fromkeys(done.statuses, "SKIP") | failed == done.statuses
    assert (
        "Failed test skipped using 'robot:skip-on-failure' tag.\n\nOriginal failure:\n" + ERROR
        == done.messages["By Tag"]
    )
    patterns = "Failed test skipped using 'flaky' and 'sha?y*' tag patterns.\n\n"
    assert f"{patterns}Original failure:\n{ERROR}" == done.messages["By Pattern"]
    assert (
        f"{patterns}Original failure:\nanyway\n\n{ERROR}" == done.messages["Failed And By Option"]
    )
    assert f"not today\n\n{ERROR}" == done.messages["Error Before Skip"]
    assert "not today" == done.messages["Expected And Skipped"]
    html = done.messages["HTML And By Tag"]
    assert html.startswith("*HTML* Failed test skipped using")
    assert html.endswith("<b>so</b><br><br>" + ERROR.replace("'", "&#x27;"))


def test_reasons_are_text_in_messages_with_html(run):
    """And their length is limited."""
    done = run(
        {
            "a.robot": SHOP
            + """
HTML
    Visit    /tea?name=<img src=x onerror=alert(1)>
    Fail    *HTML* <b>bold</b>
Long
    Visit    /tea?name=${{'x' * 50000}}
"""
        }
    )
    assert done.messages["HTML"].startswith("*HTML* <b>bold</b><br><br>Server error: ")
    assert "&lt;img src=x onerror=alert(1)&gt;" in done.messages["HTML"]
    assert "<img" not in done.messages["HTML"]
    assert done.statuses["Long"] == "FAIL"
    assert len(done.messages["Long"]) < 4_000


NAMES = (
    """
*** Variables ***
${ENV}    <b>&\\u2028 ünïcode 🍵</b>
"""
    + SHOP
    + """
Error In ${ENV}
    Err
Backslash In \\ Name
    Err
Faults In ${ENV} \\
    Fail Requests    /    times=9
Late In ${ENV}
    VAR    ${address}    ${URL}/newsletter?x=${ENV}
    ${late} =    Evaluate    threading.Thread(target=requests.get, args=[$address])
    VAR    ${LATE}    ${late}    scope=SUITE
    Evaluate    $LATE.start()
    Wait Until Keyword Succeeds    60 s    10 ms
    ...    Server Should Have Received    GET    /newsletter
Innocent
    Visit    /
    [Teardown]    Evaluate    $LATE.join()
"""
)


def test_names_may_have_anything(run):
    """Variables, backslashes, HTML and any character: errors fail their test, faults end."""
    done = run({"a.robot": NAMES})
    statuses = list(done.statuses.values())
    assert ["FAIL", "FAIL", "PASS"] == statuses[:3]
    assert "PASS" == done.statuses["Innocent"]


@pytest.mark.parametrize("order", [("strict", "lenient"), ("lenient", "strict")])
def test_several_imports_are_one_listener(run, order):
    """The strictest options hold; an error is expected by either; servers are found by each."""
    imports = {
        "strict": "Library    robot_cherrypy    timeout=9 s    AS    Strict",
        "lenient": "Library    robot_cherrypy    fail_on_server_error=False    AS    Lenient",
    }
    done = run(
        {
            "a.robot": SHOP.replace(
                "Library    robot_cherrypy", "\n".join(imports[name] for name in order)
            ).replace("Open Shop", "Open Shop By Lenient")
            + """
Hidden
    Err
Expected By Strict
    Strict.Expect Server Error    KeyError: *
    Err
Expected By Lenient
    Lenient.Expect Server Error    KeyError: *
    Err
Found By Strict
    Strict.Server Should Be Running    shop

*** Keywords ***
Open Shop By Lenient
    ${url} =    Lenient.Start Server    sample_app.faulty:Faulty    alias=shop
    VAR    ${URL}    ${url}    scope=GLOBAL
"""
        }
    )
    assert {
        "Hidden": "FAIL",
        "Expected By Strict": "PASS",
        "Expected By Lenient": "PASS",
        "Found By Strict": "PASS",
    } == done.statuses
    assert ERROR == done.messages["Hidden"]
    assert 1 == done.blocks


INNER = """
*** Test Cases ***
Hidden
    Err
Innocent
    Visit    /
"""


@pytest.mark.parametrize("depth", ["", "deep/deeper/"])
def test_listener_is_called_in_suites_inside_of_the_one_that_imports(run, depth):
    """A library that only `__init__.robot` imports judges the tests of its files."""
    setting = "*** Settings ***\nLibrary    robot_cherrypy\nSuite Setup    Open Shop\n"
    done = run({"__init__.robot": setting, f"{depth}a.robot": INNER, f"{depth}b.robot": INNER})
    assert 2 == done.code
    assert {"Hidden": "FAIL", "Innocent": "PASS"} == done.statuses
    assert ERROR == done.messages["Hidden"]
    assert 2 == done.blocks
    assert "[ ERROR ]" not in done.console
    assert "[ WARN ]" not in done.console


def test_inner_suite_has_its_own_options(run):
    """Those of the suite around it hold where it has none."""
    setting = "*** Settings ***\nLibrary    robot_cherrypy    evidence=never\n"
    lenient = "*** Settings ***\nLibrary    robot_cherrypy    fail_on_server_error=False\n"
    done = run(
        {
            "__init__.robot": setting + "Suite Setup    Open Shop\n",
            "a.robot": lenient + INNER.replace("Hidden", "Lenient"),
            "b.robot": INNER.replace("Hidden", "Strict"),
        }
    )
    assert {"Lenient": "PASS", "Strict": "FAIL", "Innocent": "PASS"} == done.statuses
    assert 0 == done.blocks


def test_library_that_a_suite_setup_imports_judges_inner_suites(run):
    """However deep the keyword is in which it is imported."""
    setting = "*** Settings ***\nSuite Setup    Import And Open\n"
    done = run(
        {
            "__init__.robot": f"""{setting}
*** Keywords ***
Import And Open
    Run Keyword    Import Library    robot_cherrypy
    Open Shop
""",
            "a.robot": INNER,
        }
    )
    assert {"Hidden": "FAIL", "Innocent": "PASS"} == done.statuses


def test_library_that_a_test_imports_judges_that_test(run):
    """Its start was not seen."""
    done = run(
        {
            "a.robot": """
*** Test Cases ***
Imports
    Run Keyword    Import Library    robot_cherrypy
    Open Shop
    Err
Innocent
    Visit    /
Expects
    Expect Server Error
    Err
"""
        }
    )
    assert {"Imports": "FAIL", "Innocent": "PASS", "Expects": "PASS"} == done.statuses
    assert 1 == done.blocks


def test_other_listeners_are_told_the_verdict(run):
    """In whatever order, of either version, and with whatever priority."""
    told = []

    class Version3:
        ROBOT_LISTENER_PRIORITY = 10_000

        def end_test(self, _data, result):
            told.append((result.name, result.status, result.message))

    class Version2:
        ROBOT_LISTENER_API_VERSION = 2

        def end_test(self, name, attributes):
            told.append((name, attributes["status"], attributes["message"]))

    run({"a.robot": SHOP + "\nHidden\n    Err\n"}, listener=[Version3(), Version2()])
    assert [("Hidden", "FAIL", ERROR)] * 2 == told


def test_test_may_be_run_again_by_a_listener(run):
    """Each time, it is judged anew."""

    class Retry:
        def __init__(self):
            self.left = 2

        def end_test(self, data, result):
            if result.failed and self.left:
                self.left -= 1
                data.parent.tests.insert(data.parent.tests.index(data) + 1, data.deepcopy())

    done = run(
        {
            "a.robot": SHOP
            + """
Fails At First
    Run Keyword If    not $SEEN    Err
    VAR    ${SEEN}    ${True}    scope=SUITE

*** Variables ***
${SEEN}    ${False}
"""
        },
        listener=Retry(),
    )
    assert ["FAIL", "PASS"] == [test.status for test in done.result.suite.all_tests]


def test_tests_that_did_not_run_have_no_evidence(run):
    """After an exit on failure: only the test that failed has evidence."""
    done = run(
        {"a.robot": SHOP + "\nHidden\n    Err\nNot Run\n    Visit    /\n"}, exitonfailure=True
    )
    assert {"Hidden": "FAIL", "Not Run": "FAIL"} == done.statuses
    assert 1 == done.blocks


def test_failed_suite_setup_has_its_evidence_once(run):
    """With its steps and its server errors, which are then not reported for the run."""
    setup = SHOP.replace("Suite Setup    Open Shop", "Suite Setup    Open And Fail")
    done = run(
        {
            "a.robot": setup
            + """
One
    Visit    /
Two
    Visit    /

*** Keywords ***
Open And Fail
    Open Shop
    Err
    Fail    no shop today
"""
        }
    )
    assert {"One": "FAIL", "Two": "FAIL"} == done.statuses
    assert "Parent suite setup failed:\nno shop today" == done.messages["Two"]
    assert 1 == done.blocks
    assert "class=rcp" in "".join(
        item.message for item in done.result.suite.suites[0].setup.messages
    )
    assert "outside of any test" not in done.console


def test_dry_run_has_no_evidence(run):
    """Not even for a test with an invalid keyword."""
    done = run({"a.robot": SHOP + "\nInvalid\n    No Such Keyword\n"}, dryrun=True)
    assert {"Invalid": "FAIL"} == done.statuses
    assert 0 == done.blocks


STOPPED = """
*** Settings ***
Library    robot_cherrypy
Suite Setup    Open Restless

*** Test Cases ***
Hangs
    [Timeout]    2 s
    Visit    sleep?seconds=4
    [Teardown]    Log    teardown
Goes On
    Run Keyword And Ignore Error    Hang Briefly
    Fail    later

*** Keywords ***
Hang Briefly
    [Timeout]    2 s
    Visit    sleep?seconds=4
Open Restless
    ${url} =    Start Server    sample_app.misbehaving:Restless
    VAR    ${URL}    ${url}/    scope=GLOBAL
"""


@pytest.mark.timing
def test_time_out_of_robot_tells_where_servers_are(run):
    """At once, so that they are still there, and once for a test."""
    done = run({"a.robot": STOPPED})
    assert "Test timeout 2 seconds exceeded." == done.messages["Hangs"]
    assert 2 == done.blocks == done.output.count(">Where the servers are:")
    # If the test goes on, a later look at the browser shows more.
    assert 2 == done.output.count("Where the servers were")
    assert "in sleep\n    time.sleep(float(seconds))" in done.output


@pytest.fixture
def break_once(monkeypatch):
    """Has the next call of a method raise what no part of the library should."""

    def break_method(owner, name):
        method, calls = getattr(owner, name), []

        def broken(*args, **kwargs):
            calls.append(args)
            if len(calls) == 1:
                raise ZeroDivisionError("of ours")
            return method(*args, **kwargs)

        monkeypatch.setattr(owner, name, broken)

    return break_method


@pytest.mark.parametrize(
    ("owner", "method"),
    [
        (Judge, "wait_for_end"),
        (Judge, "verdict"),
        (Judge, "end_test"),
        (listener.TestListener, "_log_evidence"),
        (listener.TestListener, "_log_new_errors"),
        (listener.TestListener, "_run_cleanup"),
        (listener.TestListener, "_warn_of_ended_servers"),
        (listener.TestListener, "_start_teardown"),
    ],
)
def test_fault_of_ours_fails_the_test(run, break_once, owner, method):
    """With the traceback to report, and whatever its tags allow; no other step is left out."""
    break_once(owner, method)
    done = run(
        {
            "a.robot": SHOP
            + """
Innocent
    [Tags]    robot:skip-on-failure
    Visit    /
    [Teardown]    Visit    /
"""
        }
    )
    assert {"Innocent": "FAIL"} == done.statuses
    message = done.messages["Innocent"]
    assert message.startswith("robot_cherrypy has a fault: ZeroDivisionError: of ours\n")
    assert "test_listener.py" in message
    assert 1 == done.code


def test_fault_of_ours_after_the_last_test_fails_the_run(run, break_once):
    """By a test in what is written, which pabot and rebot count too, and with the traceback."""
    break_once(Judge, "pop_unjudged")
    done = run({"a.robot": SHOP + "\nInnocent\n    Visit    /\n"})
    fault = "robot_cherrypy has a fault"
    assert {"Innocent": "PASS", fault: "FAIL"} == done.statuses
    assert done.messages[fault].startswith(f"{fault}: ZeroDivisionError: of ours")
    assert 1 == done.code
    assert "[ ERROR ] robot_cherrypy has a fault: ZeroDivisionError: of ours" in done.console


SLOW = """
import threading

import cherrypy

class Slow:
    @cherrypy.expose
    def index(self):
        while not threading.Event().wait(0.01):
            pass
"""
LEFT = """
*** Settings ***
Library    robot_cherrypy

*** Test Cases ***
Leaves A Request
    ${url} =    Start Server    slow:Slow
    VAR    ${address}    ${{$url.split("/")[2]}}
    ${client} =    Evaluate    http.client.HTTPConnection($address)
    Evaluate    $client.request("GET", "/")
    Wait Until Keyword Succeeds    60 s    10 ms    Server Should Have Received    GET    /
    [Teardown]    Evaluate    $client.close()
Is Not Told Again
    No Operation
"""


@pytest.mark.timing
def test_what_a_test_leaves_in_flight_is_told_with_it(run, tmp_path):
    """And the warning at the end of the suite names the test."""
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "slow.py").write_text(SLOW, "utf-8")
    done = run({"a.robot": LEFT})
    first, second = done.result.suite.all_tests
    told = [message.message for message in first.body.flatten() if hasattr(message, "message")]
    [line] = [text for text in told if text.startswith("Still in flight at the end of this test")]
    assert "GET / (" in line
    assert "by slow.Slow.index (" in line
    assert "Still in flight" not in str([str(item) for item in second.body.flatten()])
    [warning] = [text.message for text in done.result.errors if "stopped while" in text.message]
    assert warning.endswith(" of 'Run.A.Leaves A Request'.")
    assert {"PASS"} == {*done.statuses.values()}
