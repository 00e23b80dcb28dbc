"""`.ci/failures.py` names the tests that failed in a run of tox."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FAILURES = Path(__file__).parents[2] / ".ci/failures.py"

pytestmark = pytest.mark.skipif(not FAILURES.exists(), reason="not in the repository")

ROBOT = """
<robot><suite name="Acceptance"><suite name="Async">
<test name="Good"><status status="PASS"/></test>
<test name="Bad"><status status="FAIL">Button is gone</status></test>
</suite></suite></robot>
"""
PYTEST = """
<testsuites><testsuite><testcase classname="tests.test_a" name="test_good"/>
<testcase classname="tests.test_a" name="test_bad"><failure>assert 1 == 2</failure></testcase>
</testsuite></testsuites>
"""


def test_names_what_failed(tmp_path):
    """Failed tests are named with their messages, passed ones are not; half a file is named too."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / "results").mkdir()
    shutil.copy(FAILURES, tmp_path / ".ci")
    for name, text in {"output.xml": ROBOT, "py311.xml": PYTEST, "py313.xml": PYTEST[:50]}.items():
        (tmp_path / "results" / name).write_text(text)
    run = [sys.executable, tmp_path / ".ci/failures.py"]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert printed.splitlines()[:4] == [
        "FAILED in output.xml: Acceptance.Async.Bad",
        "    Button is gone",
        "FAILED in py311.xml: tests.test_a::test_bad",
        "    assert 1 == 2",
    ]
    assert "py313.xml is not whole" in printed
