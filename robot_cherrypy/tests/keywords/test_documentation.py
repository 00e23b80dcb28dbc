"""Keyword documentation is complete, and its examples are accepted by Robot Framework."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from robot.libdocpkg import LibraryDocumentation

from robot_cherrypy.library import CherryPyLibrary

LIBRARY = LibraryDocumentation("robot_cherrypy")
FUNCTIONS = {name.lower().replace(" ", "_"): f for name, f in CherryPyLibrary().keywords.items()}
SUITES = Path(__file__).parents[3] / "acceptance"
KEYWORDS = {keyword.name: keyword for keyword in LIBRARY.keywords}


def docstring(keyword):
    """The docstring of the function behind a keyword."""
    own = FUNCTIONS.get(keyword.name)  # under the name that it gave itself
    return inspect.getdoc(own or FUNCTIONS[keyword.name.lower().replace(" ", "_")])


def example(keyword):
    """The steps of a keyword's example."""
    return re.findall(r"^\s*\| (.+)$", docstring(keyword), re.MULTILINE)


@pytest.mark.parametrize("keyword", KEYWORDS.values(), ids=KEYWORDS.keys())
def test_documentation_is_complete(keyword):
    """It has a summary, and tells every argument, the value, an error and an example."""
    text = docstring(keyword)
    assert re.match(r"[A-Z].+\.$", text.splitlines()[0])
    for argument in keyword.args.argument_names:
        assert re.search(rf"^    \*{{0,2}}{argument}: ", text, re.MULTILINE), argument
    returns = keyword.args.return_type
    assert ("Returns:" in text) == (returns is not None and str(returns) != "None")
    assert example(keyword)


def test_examples_pass_a_dry_run(tmp_path):
    """Robot Framework accepts all examples."""
    suite = ["*** Settings ***", "Library    robot_cherrypy", "Library    SeleniumLibrary", ""]
    suite.append("*** Test Cases ***")
    for name, keyword in KEYWORDS.items():
        suite += [name, *(f"    {step}" for step in example(keyword))]
    file = tmp_path / "examples.robot"
    file.write_text("\n".join(suite) + "\n")
    command = [sys.executable, "-m", "robot", "--dryrun", "--output", "NONE", "--log", "NONE"]
    done = subprocess.run(
        [*command, "--report", "NONE", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def steps(text):
    """The steps of a suite, continued lines joined."""
    return re.sub(r"\n\s+\.\.\.", "", text).splitlines()


def is_expected_to_fail(step):
    """Tell whether a step of a suite expects an error."""
    return re.search("Expect Error|Should Fail|^ *EQUALS:", step)


def test_every_keyword_is_shown_and_shown_to_fail():
    """Each keyword is used in the acceptance suites, and those that raise are seen to."""
    files = [*SUITES.rglob("*.robot"), *SUITES.rglob("*.resource")]
    shown = [step for file in files for step in steps(file.read_text("utf-8"))]
    failing = [step for step in shown if is_expected_to_fail(step)]
    raising = {name for name in KEYWORDS if "Raises:" in docstring(KEYWORDS[name])}
    assert not {name for name in KEYWORDS if not any(name in step for step in shown)}
    assert not {name for name in raising if not any(name in step for step in failing)}
