"""Options of the library, as they come from an import."""

import io
from datetime import timedelta
from fnmatch import fnmatch

import pytest
import robot
from robot.errors import DataError

from robot_cherrypy.evidence.options import ListenerOptions
from robot_cherrypy.keywords.options import Options


def test_options_are_converted_as_robot_does():
    """Texts become durations, choices and booleans."""
    options = Options.from_import(
        server="ASYNC", timeout="1 min", wait_after_clicks="yes", long_polls="/poll, /events/*"
    )
    assert (options.server, options.timeout) == ("async", timedelta(minutes=1))
    assert options.wait_after_clicks is True
    assert options.long_polls == ("/poll", "/events/*")


def test_paths_may_be_a_list():
    """As from a list variable."""
    assert Options.from_import(long_polls=["/a", "/b,c"]).long_polls == ("/a", "/b,c")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "server",
            "asynchronous",
            "Option 'server' got value 'asynchronous' that cannot be converted to 'threaded'*",
        ),
        (
            "timeout",
            "soon",
            "Option 'timeout' got value 'soon' that cannot be converted to timedelta: *",
        ),
        ("timeout", "-1 s", "Option 'timeout' is a time of 0 s or more, not '-1 s'."),
        ("wait_after_clicks", "maybe", "Option 'wait_after_clicks' is True or False, not 'maybe'."),
        (
            "long_polls",
            "poll",
            "Option 'long_polls': 'poll' is no path: it has to begin with a slash.",
        ),
        ("evidance", "always", "There is no option 'evidance': did you mean 'evidence'[?]"),
    ],
)
def test_wrong_option_is_named(option, value, message):
    """The error is one line."""
    with pytest.raises(DataError) as caught:
        Options.from_import(**{option: value})
    assert fnmatch(str(caught.value), message)


def test_unknown_option_lists_all():
    """When none of them is like it."""
    with pytest.raises(DataError, match=r"^There is no option 'xyz': the options are timeout, "):
        Options.from_import(xyz=1)


@pytest.mark.parametrize(
    "argument", ["server=asynchronous", "timeout=soon", "evidance=always", "asynchronous"]
)
def test_run_goes_on_after_a_wrong_option(tmp_path, argument):
    """Robot Framework shows one line, runs the tests and writes the report."""
    suite = tmp_path / "suite.robot"
    suite.write_text(
        f"*** Settings ***\nLibrary    robot_cherrypy    {argument}\n\n"
        "*** Test Cases ***\nRuns\n    No Operation\n"
    )
    console = io.StringIO()
    failed = robot.run(
        suite, outputdir=tmp_path, log=None, consolecolors="off", stdout=console, stderr=console
    )
    assert failed == 0
    errors = console.getvalue().partition("=====")[0]
    assert errors.count("\n") <= 2, errors
    assert argument in errors
    assert (tmp_path / "report.html").exists()


def test_strictest_options_hold():
    """Of several imports in one suite."""
    lenient = ListenerOptions(fail_on_server_error=False, evidence="never")
    strict = ListenerOptions(evidence="failure", timeout=timedelta(seconds=9))
    both = ListenerOptions.strictest([lenient, strict])
    assert both == ListenerOptions(timeout=timedelta(seconds=9))


def test_options_may_be_given_on():
    """As arguments of an import."""
    options = ListenerOptions(
        evidence="always", timeout=timedelta(minutes=3, milliseconds=5), fail_on_server_error=False
    )
    given = dict(argument.split("=") for argument in options.as_arguments())
    assert options == ListenerOptions.from_import(**given)
