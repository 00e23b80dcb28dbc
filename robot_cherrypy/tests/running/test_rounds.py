"""`robot-cherrypy run` runs suites on both servers, again where they fail, and reports it once."""

import re
from pathlib import Path

import pytest
from robot.api import ExecutionResult

from robot_cherrypy.command import main

# Passes when it has been run as often as the variable says. Each attempt leaves a picture.
SUITE = """\
*** Settings ***
Library    OperatingSystem

*** Variables ***
${SERVER}    unset
${ENOUGH}    3

*** Test Cases ***
Always
    Log    ${SERVER}

Late
    [Setup]    Log    in the setup
    Log    on ${SERVER}
    Append To File    ${OUTPUT_DIR}/${SERVER}.txt    x
    ${text} =    Get File    ${OUTPUT_DIR}/${SERVER}.txt
    Length Should Be    ${text}    ${ENOUGH}    not yet
    [Teardown]    Log    in the teardown
"""

ON_ONE_SERVER = """\
*** Variables ***
${GOOD}    threaded

*** Test Cases ***
Always
    No Operation

One
    Should Be Equal    ${SERVER}    ${GOOD}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a suite."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "late.robot").write_text(SUITE)
    return tmp_path


def test_by_test(path):
    """The tests of a result, by their full names."""
    return {test.full_name: test for test in ExecutionResult(path).suite.all_tests}


test_by_test.__test__ = False


def test_retried_test_is_flaky_and_keeps_its_attempts(folder, capfd):
    """The groups of the attempts hold what they did, with setup and teardown."""
    assert 0 == main(["run", "--retries", "3", "late.robot"])
    tests = test_by_test(folder / "results/output.xml")
    assert {"Late.Always", "Late.Late"} == set(tests)
    late = tests["Late.Late"]
    assert (late.passed, list(late.tags)) == (True, ["flaky"])
    assert late.message.startswith("Passed at attempt 3. Before: not yet")
    attempts = [item for item in late.body if item.type == "GROUP"]
    assert ["Attempt 1: not yet", "Attempt 2: not yet"] == [item.name for item in attempts]
    assert [6, 6] == [len(item.body) for item in attempts]
    assert "in the setup" == attempts[0].body[0].body[0].message
    assert {"log.html", "report.html", "output.xml", "unset.txt"} == {
        path.name for path in (folder / "results").iterdir()
    }
    assert "flaky" not in tests["Late.Always"].tags


def test_test_that_never_passes_fails(folder, capfd):
    """The exit code is Robot's: the number of failed tests."""
    assert 1 == main(["run", "--retries", "1", "--variable", "ENOUGH:9", "-d", "out", "late.robot"])
    late = test_by_test(folder / "out/output.xml")["Late.Late"]
    assert (late.passed, list(late.tags), late.message) == (False, [], "not yet")
    assert ["GROUP"] == [item.type for item in late.body if item.type == "GROUP"]


def test_both_servers_are_in_one_report(folder, capfd):
    """Each run is a suite of it, and what is printed names files that are there."""
    assert 0 == main(["run", "--server", "both", "--variable", "ENOUGH:1", "late.robot"])
    named = re.findall(r"^Output: +(\S+)", capfd.readouterr().out, re.MULTILINE)
    assert [True] * 3 == [Path(name).is_file() for name in named]
    tests = test_by_test(folder / "results/output.xml")
    logged = {name: test.body[0].body[0].message for name, test in tests.items()}
    assert logged == {
        "Acceptance.Threaded.Always": "threaded",
        "Acceptance.Threaded.Late": "on threaded",
        "Acceptance.Async.Always": "async",
        "Acceptance.Async.Late": "on async",
    }


def test_last_failed_tests_are_run_alone(folder, capfd):
    """In the results there is nothing else then."""
    options = ["run", "--server", "async", "--variable", "ENOUGH:2", "late.robot"]
    assert 1 == main(options)
    assert 0 == main([*options, "--last-failed"])
    tests = test_by_test(folder / "results/output.xml")
    assert {"Late.Late": True} == {name: test.passed for name, test in tests.items()}
    assert 252 == main([*options, "--last-failed", "--include", "nonsense"])
    assert tests.keys() == test_by_test(folder / "results/output.xml").keys()  # they stay


def test_what_failed_may_be_run_with_another_suite(folder, capfd):
    """A test that failed when its file was run is the same when all of the folder is."""
    suites = folder / "suites"
    suites.mkdir()
    (folder / "late.robot").rename(suites / "late.robot")
    (suites / "other.robot").write_text(SUITE)
    options = ["run", "--variable", "ENOUGH:2"]
    assert 1 == main([*options, "suites/late.robot"])
    assert 0 == main([*options, "--last-failed", "suites"])
    assert {"Suites.Late.Late"} == set(test_by_test(folder / "results/output.xml"))
    assert "Running the test that failed in the last run" in capfd.readouterr().out


@pytest.mark.parametrize("processes", [[], ["--processes", "1"]])
def test_what_failed_on_one_server_is_run_on_it(folder, capfd, processes):
    """Also by the results of that run; after a run that names no server, on both."""
    (folder / "one.robot").write_text(ON_ONE_SERVER)
    both = ["run", "--server", "both", *processes]
    assert 1 == main([*both, "one.robot"])
    for expected in (1, 0):
        variables = ["--variable", f"GOOD:{'threaded' if expected else 'async'}"]
        assert expected == main([*both, "--last-failed", *variables, "one.robot"])
        results = ExecutionResult(folder / "results/output.xml").suite
        assert ["One"] == [test.name for test in results.all_tests]
        assert "Async" == results.name
    assert 252 == main([*both, "--last-failed", "one.robot"])
    assert "No test failed in the last run" in capfd.readouterr().err
    assert 1 == main(["run", "--variable", "SERVER:neither", "one.robot"])
    assert 1 == main([*both, "--last-failed", "one.robot"])
    names = {
        test.full_name for test in ExecutionResult(folder / "results/output.xml").suite.all_tests
    }
    assert {"Acceptance.Threaded.One", "Acceptance.Async.One"} == names


def test_without_a_last_run(folder, capsys):
    """The message names the file that is missing."""
    assert 252 == main(["run", "--last-failed", "late.robot"])
    assert "no results of a last run: results/output.xml is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [(["--nonsense", "x.robot"], "option --nonsense not recognized"), (["x.robot"], "x.robot")],
)
def test_mistakes_are_told_as_robot_does(folder, capfd, options, message):
    """With its exit code, and no report of nothing."""
    assert 252 == main(["run", *options])
    assert message in capfd.readouterr().err
    assert not (folder / "results/report.html").exists()


def test_options_for_reports_hold_for_all_attempts(folder, capfd):
    """As for `robot`; results that are not named may have another name."""
    options = ["--log", "attempts", "--report", "NONE", "--xunit", "x.xml", "--reporttitle", "Mine"]
    options += [
        "--output",
        "all",
        "--name",
        "Shop",
        "--removekeywords",
        "name:*.Log",
        "--nostatusrc",
    ]
    servers = ["--server", "both", "--variable", "ENOUGH:2", "--retries", "1"]
    assert 0 == main(["run", *servers, *options, "late.robot"])
    names = {path.name for path in (folder / "results").iterdir() if path.suffix != ".txt"}
    assert {"attempts.html", "x.xml", "all.xml", "threaded.xml", "async.xml"} == names
    assert 'name="Shop" tests="4"' in (folder / "results/x.xml").read_text()


def test_time_is_in_the_names_of_reports(folder, capfd):
    """Only there: the results are read again."""
    assert 0 == main(["run", "--timestampoutputs", "--variable", "ENOUGH:1", "late.robot"])
    assert 1 == len([*(folder / "results").glob("log-*.html")])
    assert (folder / "results/output.xml").exists()
