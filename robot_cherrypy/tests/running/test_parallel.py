"""Suites in several processes at once are reported as if one process had run them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from robot import rebot
from robot.api import ExecutionResult

from robot_cherrypy.command import main

# The first of them starts Python and imports everything, which takes long on a busy machine.
pytestmark = pytest.mark.timeout(300)

INIT = """\
*** Settings ***
Documentation    What is sold.
Metadata         Owner    Ann
Suite Setup      Log    opened
Suite Teardown   Log    closed
"""
TEA = """\
*** Settings ***
Library    OperatingSystem

*** Variables ***
${SERVER}    unset

*** Test Cases ***
Green
    Create File    ${OUTPUT_DIR}/green.txt    x
    Log    <a href="green.txt">of ${SERVER}</a> <a href="http://x/">elsewhere</a>    html=True

Black
    Fail    sold out
"""
LATE = """\
*** Settings ***
Library    OperatingSystem

*** Test Cases ***
Late
    Append To File    ${OUTPUT_DIR}/late.txt    x
    ${text} =    Get File    ${OUTPUT_DIR}/late.txt
    Length Should Be    ${text}    2    not yet

Soon
    Log    here    WARN
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with two suites in a folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop/stock").mkdir(parents=True)
    (tmp_path / "shop/__init__.robot").write_text(INIT)
    (tmp_path / "shop/tea.robot").write_text(TEA)
    (tmp_path / "shop/stock/late.robot").write_text(LATE)
    return tmp_path


def shown(suite):
    """What a report shows of a suite, but for times."""
    return (
        *(suite.name, suite.doc, dict(suite.metadata), suite.source, suite.setup.status),
        [(test.name, test.status, test.message) for test in suite.tests],
        [shown(inner) for inner in suite.suites],
    )


def statuses(output):
    """The status of each test, by its full name."""
    return {test.full_name: test.status for test in ExecutionResult(output).suite.all_tests}


def test_report_is_that_of_robot(folder, capfd):
    """Suites, tests, setups, warnings and links are there, and the exit code is the same."""
    assert 2 == main(["run", "-d", "serial", "shop"])
    assert 2 == main(["run", "--processes", "2", "shop"])
    serial, joined = (ExecutionResult(name) for name in ("serial/output.xml", "results/output.xml"))
    assert shown(serial.suite) == shown(joined.suite)
    assert ["here"] == [message.message for message in joined.errors]
    (green,) = Path("results").glob("processes/*/green.txt")
    link = green.relative_to("results")
    tests = {test.name: test for test in joined.suite.all_tests}
    logged = f'<a href="{link}">of unset</a> <a href="http://x/">elsewhere</a>'
    assert logged == tests["Green"].body[1].body[0].message
    names = {path.name for path in Path("results").iterdir()}
    assert {"log.html", "report.html", "output.xml", "processes"} == names
    console = capfd.readouterr().out
    assert "[2/2]" in console
    assert "FAIL  Shop.Tea  1 of 2 tests failed in " in console
    assert "    Black: sold out" in console


def test_several_folders_are_run(folder, capfd):
    """A process reads one suite, and the other folders are empty for it."""
    shutil.copytree("shop", "cafe")
    assert 2 == main(["run", "--suite", "tea", "-d", "serial", "shop", "cafe"])
    assert 2 == main(["run", "--suite", "tea", "--processes", "2", "shop", "cafe"])
    serial, joined = (ExecutionResult(name) for name in ("serial/output.xml", "results/output.xml"))
    assert [suite.name for suite in joined.suite.suites] == ["Shop", "Cafe"]
    assert statuses("serial/output.xml") == statuses("results/output.xml")
    assert serial.suite.name == joined.suite.name


def test_failed_tests_are_run_again(folder, capfd):
    """In a new process; the report has each attempt."""
    assert 1 == main(["run", "--processes", "2", "--retries", "1", "shop"])
    tests = {test.name: test for test in ExecutionResult("results/output.xml").suite.all_tests}
    assert "Passed at attempt 2. Before: not yet" == tests["Late"].message
    assert ["GROUP"] == [item.type for item in tests["Black"].body if item.type == "GROUP"]
    assert [] == [item for item in tests["Soon"].body if item.type == "GROUP"]


def test_both_servers_and_then_what_failed(folder, capfd):
    """The suites of both servers wait in one line; the last run's results are used again."""
    options = ["run", "--server", "both", "--processes", "2", "--exclude", "none", "shop"]
    assert 4 == main(options)
    names = [
        f"Acceptance.{kind}.{name}"
        for kind in ("Threaded", "Async")
        for name in ("Stock.Late.Late", "Stock.Late.Soon", "Tea.Green", "Tea.Black")
    ]
    assert names == list(statuses("results/output.xml"))
    (folder / "shop/stock/late.robot").write_text(LATE.replace("    2    not yet", "    1"))
    assert 2 == main([*options[:-1], "--last-failed", "shop"])
    assert {
        "Acceptance.Threaded.Stock.Late.Late": "PASS",
        "Acceptance.Threaded.Tea.Black": "FAIL",
        "Acceptance.Async.Stock.Late.Late": "PASS",
        "Acceptance.Async.Tea.Black": "FAIL",
    } == statuses("results/output.xml")


def test_shards_are_merged(folder, capfd):
    """Each has its suites; `rebot --merge` makes one report of them."""
    codes = [
        main(["run", "--shard", f"{number}/3", "-d", str(number), "shop"]) for number in (1, 2, 3)
    ]
    assert [1, 1, 0] == codes
    assert ["Shop.Stock.Late.Late", "Shop.Stock.Late.Soon"] == list(statuses("1/output.xml"))
    assert not Path("3").exists()
    assert "Shard 3 of 3 has 0 of 2 suites." in capfd.readouterr().out
    options = {"outputdir": str(folder), "output": "all.xml", "log": None, "report": None}
    rebot("1/output.xml", "2/output.xml", merge=True, **options)
    assert 4 == len(statuses("all.xml"))


def test_process_dies(folder, capfd):
    """Its suite is named and has no results, those of others are there; a retry may help."""
    (folder / "shop/tea.robot").write_text("*** Test Cases ***\nEnd\n    Evaluate    os._exit(3)\n")
    assert 255 == main(["run", "--processes", "2", "shop"])
    assert "ERROR  Shop.Tea: its process ended before its tests" in capfd.readouterr().err
    assert {"Shop.Stock.Late.Late", "Shop.Stock.Late.Soon"} == set(statuses("results/output.xml"))
    once = "Evaluate    os.path.exists('here') or (open('here', 'w').close(), os._exit(3))"
    (folder / "shop/tea.robot").write_text(f"*** Test Cases ***\nEnd\n    {once}\n")
    assert 0 == main(["run", "--processes", "2", "--retries", "1", "shop"])
    assert "PASS" == statuses("results/output.xml")["Shop.Tea.End"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--processes", "0"], "has to be a whole number, 1 or more, or auto: '0'"),
        (["--shard", "6/5"], "has to be a shard and their number, such as 2/5: '6/5'"),
        (["--shard", "1"], "such as 2/5: '1'"),
        (["--processes", "auto", "--debug"], "--debug goes with neither --processes nor --shard"),
        (["--processes", "2", "--watch"], "watch does not go with --processes"),
        (["--processes", "2", "--times", "no.xml"], "No times of earlier runs: "),
        (["--processes", "2", "--test", "No"], "contains no tests matching name 'No'"),
    ],
)
def test_mistakes(folder, capfd, options, message):
    """They are told before a test is run."""
    try:
        code = main(["run", *options, "shop"])
    except SystemExit as end:
        code = end.code
    assert 252 == code
    assert message in capfd.readouterr().err


def test_coverage_of_all_processes_is_in_one_report(folder):
    """Also of those that ran one after the other, and none leaves a file elsewhere."""
    goods = "def sell():\n    return 1\n\n\ndef lose():\n    return 2\n"
    (folder / "goods.py").write_text(goods)
    for name, call in {"tea": "sell()", "stock/late": "lose()"}.items():
        test = f"*** Test Cases ***\nUse\n    Evaluate    goods.{call}    modules=goods\n"
        (folder / f"shop/{name}.robot").write_text(test)
    listener = ["--listener", "robot_cherrypy.coverage:goods", "shop"]
    for options in (["--processes", "2"], ["--server", "both"]):
        command = [sys.executable, "-m", "robot_cherrypy", "run", *options, *listener]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        data = __import__("coverage").CoverageData("results/.coverage")
        data.read()
        reached = data.contexts_by_lineno(str(folder / "goods.py"))
        name = "Threaded" if "both" in options else "Shop"
        assert f"{name}.Tea.Use" in reached[2]
        assert f"{name}.Stock.Late.Use" in reached[6]
        assert Path("results/coverage/index.html").exists()
    names = {path.name for path in folder.iterdir()}
    assert {"shop", "results", "goods.py", "__pycache__"} >= names


ENDLESS = """\
*** Settings ***
Library           robot_cherrypy
Library           OperatingSystem
Suite Setup       Start Server    sample_app.echo:Echo    isolation=process
Suite Teardown    Create File    torn-down

*** Test Cases ***
Endless
    Create File    begun
    Sleep    1 hour

Second
    No Operation
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 253), (signal.SIGKILL, -9)])
def test_nothing_is_left_of_a_run_that_is_stopped(folder, number, code):
    """Ctrl-C lets teardowns run and the report be written; what kills the command kills all."""
    (folder / "shop/tea.robot").write_text(ENDLESS)
    command = [sys.executable, "-m", "robot_cherrypy", "run", "--processes", "1", "shop"]
    mark = f"ROBOT_CHERRYPY_TEST={folder}"
    environment = {**os.environ, **dict([mark.split("=")]), "TMPDIR": str(folder)}
    (folder / "shop/stock/late.robot").write_text(LATE.partition("Soon")[0])  # comes behind
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        wait_until((folder / "begun").exists)
        process.send_signal(number)
    assert code == process.returncode
    assert (number == signal.SIGINT) == (folder / "torn-down").exists()
    if number == signal.SIGINT:
        assert {"Shop.Tea.Endless", "Shop.Tea.Second"} == set(statuses("results/output.xml"))
    wait_until(lambda: not marked(mark))


def wait_until(condition):
    """Wait until a condition holds."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def marked(mark):
    """The processes that have a variable in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue
    return found
