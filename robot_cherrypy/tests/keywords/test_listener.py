"""What a suite or test left open ends with it, wherever the library was imported (small runs)."""

import io

import pytest
import robot
from robot.api import ExecutionResult

HEAD = """
*** Settings ***
Library    robot_cherrypy

*** Test Cases ***
"""


@pytest.fixture
def written(tmp_path):
    """Writes suites, given by file names and texts; returns their folder."""

    def write(**suites):
        for name, text in suites.items():
            file = tmp_path / f"{name.replace('__in__', '/')}.robot"
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        return tmp_path

    return write


@pytest.fixture
def passes(written):
    """Runs suites and fails unless all their tests pass."""

    def run(**suites):
        tmp_path = written(**suites)
        console = io.StringIO()
        options = {"name": "Run", "output": "NONE", "log": "NONE", "report": "NONE"}
        failed = robot.run(tmp_path, **options, stdout=console, stderr=console)
        assert not failed, console.getvalue()
        return console.getvalue()

    return run


def test_server_ends_with_the_suite_that_started_it(passes):
    """Its tests share it; the next suite does not find it."""
    passes(
        a=f"""{HEAD}
Start
    Start Server    sample_app.kinds:Pages
Go On
    Server Should Be Running
""",
        b=f"""{HEAD}
Next Suite
    Server Should Not Be Running
""",
    )


def test_server_of_an_outer_suite_stays_for_the_inner_ones(passes):
    """The setup of a folder starts it for all files in it."""
    passes(
        shop__in____init__="""
*** Settings ***
Library    robot_cherrypy
Suite Setup    Start Server    sample_app.kinds:Pages    alias=outer
Suite Teardown    Server Should Not Be Running    inner
""",
        shop__in__a=f"""{HEAD}
Start
    Start Server    sample_app.kinds:Pages    alias=inner
    Restart Server    outer
""",
        shop__in__b=f"""{HEAD}
Next Suite
    Server Should Be Running    outer
    Server Should Not Be Running    inner
""",
        z=f"""{HEAD}
After All
    Server Should Not Be Running    outer
""",
    )


LATE = """
*** Test Cases ***
Import And Start
    Import Library    robot_cherrypy
    Start Server    sample_app.kinds:Pages    alias=inner
    Freeze Time    2041-01-01
Go On
    Server Should Be Running    inner
    ${now} =    Advance Time    0 s
    Should Be True    $now.year < 2041
"""


def test_library_may_be_imported_in_a_test(passes):
    """Test and suite are known although their starts were not seen."""
    passes(
        a=LATE,
        b=f"""{HEAD}
Next Suite
    Server Should Not Be Running
""",
    )


def test_library_of_an_outer_suite_may_be_imported_again_in_a_test(passes):
    """What is started then belongs to the inner suite."""
    passes(
        shop__in____init__="""
*** Settings ***
Library    robot_cherrypy
Suite Setup    Start Server    sample_app.kinds:Pages    alias=outer
""",
        shop__in__a=LATE,
        shop__in__b=f"""{HEAD}
Next Suite
    Server Should Be Running    outer
    Server Should Not Be Running    inner
""",
    )


def test_clock_goes_back_after_a_test_whatever_its_name(passes):
    """A variable in the name is replaced before the test runs."""
    passes(
        a="""
*** Settings ***
Library    robot_cherrypy

*** Variables ***
${YEAR}    2041

*** Test Cases ***
Travel To ${YEAR}
    Travel To    ${YEAR}-01-01
It Is Now
    ${now} =    Advance Time    0 s
    Should Be True    $now.year < 2041
""",
    )


def test_failing_cleanup_is_reported(passes):
    """The error names the server and the suite; the other server is stopped nevertheless."""
    console = passes(
        a=f"""{HEAD}
Start
    Start Server    sample_app.kinds:Pages    alias=good
    Start Server    sample_app.misbehaving:StopListenerRaises    alias=bad
""",
        b=f"""{HEAD}
Next Suite
    Server Should Not Be Running    good
    Server Should Not Be Running    bad
""",
    )
    assert (
        "[ ERROR ] Cleanup of server 'bad' after 'Run.A' failed:"
        " Server 'bad' stopped with an error: The stop listener StopListenerRaises.flush raised"
        " RuntimeError: cannot flush" in " ".join(console.split())
    )


@pytest.mark.parametrize("isolation", ["thread", "process"])
@pytest.mark.parametrize("kind", ["threaded", "async"])
def test_a_server_that_a_request_has_just_ended_is_not_running(passes, kind, isolation):
    """Whoever sees the end of the request knows the end of the server."""
    passes(
        a=f"""{HEAD}
Ended
    ${{url}}    Start Server    sample_app.misbehaving:Quitting    {kind}    isolation={isolation}
    Run Keyword And Expect Error    *    Evaluate    urllib.request.urlopen('${{url}}/sys_exit')
    Server Should Not Be Running
"""
    )


@pytest.fixture
def statuses(written):
    """Runs suites; returns status and message of each test by its name."""

    def run(*, exitonfailure=False, **suites):
        folder = written(**suites)
        silent = {"log": "NONE", "report": "NONE", "stdout": io.StringIO()}
        output = folder / "output.xml"
        robot.run(folder, output=output, exitonfailure=exitonfailure, **silent)
        tests = ExecutionResult(output).suite.all_tests
        return {test.name: (test.status, test.message) for test in tests}

    return run


FAULTY = """
*** Settings ***
Library    robot_cherrypy    evidence=never
Suite Setup    Log To Console    ran

*** Test Cases ***
"""
HIDDEN = """
    [Tags]    {tags}
    ${{url}}    Start Server    sample_app.faulty:Faulty
    Run Keyword And Ignore Error    Evaluate    urllib.request.urlopen('${{url}}/tea?name=oolong')
"""


@pytest.mark.parametrize(
    ("tag", "option", "status"),
    [
        ("robot:exit-on-failure", False, "FAIL"),
        ("other", True, "FAIL"),
        ("other", False, "PASS"),
        ("robot:exit-on-failure    robot:skip-on-failure", False, "PASS"),
    ],
)
def test_a_run_ends_at_a_server_error_if_it_has_to(statuses, tag, option, status):
    """Also where the verdict alone fails the test, in this suite and in those after it."""
    found = statuses(
        a=f"{FAULTY}Hidden{HIDDEN.format(tags=tag)}\nNext\n    No Operation\n",
        b=f"{FAULTY}Other Suite\n    No Operation\n",
        exitonfailure=option,
    )
    assert "Server error: GET /tea" in found["Hidden"][1]
    assert status == found["Next"][0] == found["Other Suite"][0]


LISTENER = """
from selenium.webdriver.support.events import AbstractEventListener

TOLD = []


class Told(AbstractEventListener):
    def before_navigate_to(self, url, driver):
        TOLD.append(url)

    def before_click(self, element, driver):
        TOLD.append(element.text)
"""


def test_a_listener_of_selenium_events_is_told_of_a_browser_of_ours(passes, tmp_path):
    """All keywords work with SeleniumLibrary's option `event_firing_webdriver`."""
    listener = tmp_path / "Told.py"
    listener.write_text(LISTENER)
    passes(
        a=f"""
*** Settings ***
Library    SeleniumLibrary    event_firing_webdriver={listener}
Library    robot_cherrypy    wait_after_clicks=True

*** Test Cases ***
Told
    ${{url}}    Start Server    sample_app.faulty:members
    Open Headless Browser
    Seed Session    path=/members    user=ann
    Go To Page    /members/
    Page Should Contain    Hello ann
    Set Geolocation    1    1
    Click Element    greeting
    VAR    @{{expected}}    ${{url}}/    ${{url}}/members/    Hello ann, visit 1
    Should Be Equal    ${{{{sys.modules['Told'].TOLD}}}}    ${{expected}}
    Close Browser
"""
    )
