"""The wheel is enough for a project elsewhere."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from robot.api import ExecutionResult

ROOT = Path(__file__).parents[2]

APPLICATION = """\
import cherrypy


class Shop:
    @cherrypy.expose
    def index(self):
        return "<!DOCTYPE html><title>Shop</title><p>Open all day"
"""
SUITE = """\
*** Settings ***
Library    robot_cherrypy
*** Test Cases ***
Shop Is Open
    Start Server    shop:Shop
    Open Headless Browser
    Page Should Contain    Open all day
"""
ASYNC_SUITE = """\
*** Settings ***
Library    robot_cherrypy    server=async
*** Test Cases ***
Shop Is Open
    Start Server    shop:Shop
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder for everything."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def wheel(folder):
    """The wheel that a release would publish."""
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(folder), "."]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def project(folder, wheel):
    """A bare project: an application, a suite, an environment with nothing but the wheel."""
    project = folder / "project"
    venv.create(project / "env", with_pip=True)
    run(project, "-m", "pip", "install", str(wheel))
    (project / "shop.py").write_text(APPLICATION)
    (project / "shop.robot").write_text(SUITE)
    (project / "async.robot").write_text(ASYNC_SUITE)
    return project


def run(project, *arguments, check=True):
    """Run the project's Python in the project's folder."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV"))}
    return subprocess.run(
        [str(project / "env/bin/python"), *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=check,
    )


def test_wheel_holds_the_package_only(wheel):
    """Neither tests nor sample applications are shipped."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"robot_cherrypy", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}
    assert not [name for name in names if "/tests/" in name]
    assert "robot_cherrypy/py.typed" in names


@pytest.mark.timeout(300)
def test_plain_installation_compiles_nothing(project):
    """Everything that the plain installation needs is there without the extras."""
    listed = run(project, "-m", "pip", "list", "--format", "freeze").stdout
    assert "greenlet" not in listed
    assert "uvicorn" not in listed


@pytest.mark.timeout(300)
def test_six_lines_are_a_suite(project):
    """A suite of six lines starts the project's own application and looks at its page."""
    done = run(project, "-m", "robot", "shop.robot", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ExecutionResult(project / "output.xml").suite.statistics.passed == 1


@pytest.mark.timeout(300)
def test_absent_extra_is_named(project):
    """The asyncio server says how it is installed."""
    done = run(project, "-m", "robot", "async.robot", check=False)
    assert "The asyncio server needs an extra: pip install 'robotframework-cherrypy[async]'" in (
        done.stdout
    )
