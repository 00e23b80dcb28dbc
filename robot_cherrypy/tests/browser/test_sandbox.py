"""A Chromium that cannot make its sandbox is told from others, and what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from robot_cherrypy.browser import sandbox
from robot_cherrypy.browser.sandbox import sandbox_problem

# Runs a command as an ordinary user of a user namespace that allows no further ones.
REFUSING = (
    *("unshare", "--user", "--map-user=1000", "--map-group=1000", "--keep-caps", "sh", "-c"),
    'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
    *("sh", "setpriv", "--inh-caps=-all", "--ambient-caps=-all"),
)
OPEN = """
from robot_cherrypy import browser
from robot_cherrypy.doctor import report
try:
    browser.open_local("auto")
except browser.local.BrowserError as error:
    print(error)
without = {"goog:chromeOptions": {"args": ["--no-sandbox"]}}
browser.open_local("auto", browser.Settings(capabilities=without)).quit()
print("opened")
report.run(install=False, as_json=False)
"""


def test_an_ordinary_user_without_user_namespaces_is_told_what_to_do(tmp_path):
    """By the error of the browser, and by the doctor; what they say helps."""
    if subprocess.run([*REFUSING, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no user namespaces here, or no permission to forbid them")
    told = subprocess.run(
        [*REFUSING, sys.executable, "-c", OPEN],
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    error, _, rest = told.partition("\nopened\n")
    assert "did not start: its sandbox needs user namespaces" in error
    assert "'--no-sandbox'" in error
    assert "does not start: its sandbox needs user namespaces" in " ".join(rest.split())


@pytest.fixture
def refused(monkeypatch):
    """An ordinary user of a machine that refuses user namespaces."""
    monkeypatch.setattr(sandbox, "runs_without", lambda: False)
    monkeypatch.setattr(sandbox, "_has_user_namespaces", lambda: False)


@pytest.mark.usefixtures("refused")
def test_what_needs_no_user_namespaces_is_no_problem(tmp_path):
    """A browser without a sandbox, and one with a program that makes it."""
    binary = tmp_path / "chrome"
    assert sandbox_problem(binary)
    assert not sandbox_problem(binary, ["--headless", "--no-sandbox"])
    helper = tmp_path / "chrome-sandbox"
    helper.touch(0o755)
    assert sandbox_problem(binary)
    helper.chmod(0o4755)
    assert not sandbox_problem(binary)


def test_namespaces_are_tried():
    """This machine has them or not; the attempt changes nothing in this process."""
    own = Path("/proc/self/ns/user")
    before = own.readlink()
    assert sandbox._has_user_namespaces() in {True, False}
    assert before == own.readlink()
