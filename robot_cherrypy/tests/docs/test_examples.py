"""The examples in the documentation of the keywords do what they show."""

import subprocess
import sys

import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables
from robot_cherrypy.tests.keywords.test_documentation import KEYWORDS, example

HEAD = """*** Settings ***
Library    robot_cherrypy    timeout=60 seconds
Library    SeleniumLibrary    run_on_failure=NOTHING

*** Test Cases ***
"""

# Keywords of programs that not every machine has.
STACK = {
    "Start PostgreSQL": executables.postgresql,
    "Start MariaDB": executables.mariadb,
    "Start Redis": executables.redis,
    "Start Load Balancer": executables.haproxy,
}

# Keywords whose images or files not every machine has, or that need root or a cluster. The suites
# in `acceptance/containers`, `acceptance/hosts` and `acceptance/grid`, and `tests/hosts`, use them.
ELSEWHERE = ("Start Container", "Build Image", "Start Hosts", "Use Hosts", "Start Browser Grid")


def missing(steps):
    """Whether a program or an image for one of the steps is not installed."""
    if any(name in step for step in steps for name in ELSEWHERE):
        return True
    try:
        for name, find in STACK.items():
            if any(name in step for step in steps):
                find()
    except StackError:
        return True
    return False


@pytest.mark.timeout(300)  # it opens some twenty browsers
def test_examples_pass(tmp_path):
    """Each passes in a suite of its own, at whose end the library closes all that is open."""
    for name, keyword in KEYWORDS.items():
        steps = example(keyword)
        if not missing(steps):
            text = "\n".join([f"{HEAD}{name}", *(f"    {step}" for step in steps)])
            (tmp_path / f"{name.replace(' ', '_')}.robot").write_text(f"{text}\n")
    command = [sys.executable, "-m", "robot", "--output", "NONE", "--log", "NONE"]
    run = subprocess.run(
        [
            *command,
            "--outputdir",
            str(tmp_path),
            "--variable",
            f"TEMPDIR:{tmp_path}",
            "--report",
            "NONE",
            "--exitonerror",
            "--console",
            "dotted",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert run.returncode == 0, run.stdout
