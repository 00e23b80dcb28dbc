"""A project elsewhere needs nothing but the wheel."""

import json
import os
import subprocess
import sys
import venv
import zipfile

import pytest
from robot.api import ExecutionResult

from robot_cherrypy.tests.docs.blocks import ROOT, link_targets

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
    """A folder for the wheel and the project."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def wheel(folder):
    """The wheel that a release would publish."""
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(folder), "."]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def project(folder, wheel):
    """A small project: an application, two suites, and an environment with the wheel only."""
    project = folder / "project"
    venv.create(project / "env", with_pip=True)
    run(project, "-m", "pip", "install", str(wheel))
    (project / "shop.py").write_text(APPLICATION)
    (project / "shop.robot").write_text(SUITE)
    (project / "async.robot").write_text(ASYNC_SUITE)
    return project


def _environment(folder):
    """The environment of the project, also for a folder in it."""
    return next(parent / "env" for parent in (folder, *folder.parents) if (parent / "env").is_dir())


def run(project, *arguments, check=True):
    """Run the Python of the project's environment in the project's folder."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV"))}
    return subprocess.run(
        [str(_environment(project) / "bin/python"), *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=check,
    )


def test_wheel_holds_the_package_only(wheel):
    """The wheel has no tests. Sample applications are data of it, not modules."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"robot_cherrypy", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}
    assert not [name for name in names if "/tests/" in name]
    assert "robot_cherrypy/py.typed" in names
    assert "robot_cherrypy/init/examples/sample_app/chat/page.html" in names


def test_links_of_the_readme_work_elsewhere(wheel):
    """PyPI shows the README without the repository, so no link and no picture is relative."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith("/METADATA")))
    targets = list(link_targets(metadata.decode().partition("\n\n")[2]))

    assert "https://github.com/robot-cherrypy/robot-cherrypy/blob/main/docs/ci.md" in targets
    assert [] == [target for target in targets if not target.startswith("https://")]


# Prints two lists: the distributions that have compiled extension modules, and those that ours
# requires.
DISTRIBUTIONS = """
import json, re
from importlib import metadata

def name(text):
    return re.match(r"[\\w.-]+", text)[0].lower().replace("_", "-")

compiled = {
    name(distribution.name)
    for distribution in metadata.distributions()
    if any(file.suffix in {".so", ".pyd"} for file in distribution.files or ())
}
required = metadata.requires("robotframework-cherrypy")
direct = {name(line) for line in required if "extra ==" not in line}
print(json.dumps([sorted(compiled), sorted(direct)]))
"""


@pytest.mark.timeout(300)
def test_compiled_distributions(project):
    """The plain installation has the compiled distributions that README says, none of them ours."""
    compiled, direct = json.loads(run(project, "-c", DISTRIBUTIONS).stdout)
    assert ["charset-normalizer", "pydantic-core", "wcwidth"] == compiled
    assert {"cherrypy", "requests", "selenium"} <= set(direct)
    assert not set(compiled) & set(direct)
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in readme for name in compiled)


@pytest.mark.timeout(300)
def test_init_works_without_a_clone(project):
    """The command begins a project, and copies a sample application with its suites."""
    run(project, "-m", "robot_cherrypy", "init", "new", "--no-run", "--yes")
    assert "shop" not in (project / "new/acceptance/front_page.robot").read_text()
    run(project, "-m", "robot_cherrypy", "init", "--example", "faulty", "sample")
    run(project / "sample", "-m", "robot", "--dryrun", "--output", "NONE", "acceptance")


@pytest.mark.timeout(300)
def test_cherrypy_needs_nothing_compiled(project):
    """CherryPy does not import what it requires through `jaraco.text`."""
    run(project, "-c", "import sys; sys.modules['pydantic_core'] = None; import cherrypy")


@pytest.mark.timeout(300)
def test_plain_installation_has_no_extras(project):
    """The packages of the extras are not installed."""
    listed = run(project, "-m", "pip", "list", "--format", "freeze").stdout
    assert "greenlet" not in listed
    assert "uvicorn" not in listed


@pytest.mark.timeout(300)
def test_six_lines_are_a_suite(project):
    """A suite of six lines starts the project's application and checks its page."""
    robot = run(project, "-m", "robot", "shop.robot", check=False)
    assert robot.returncode == 0, robot.stdout + robot.stderr
    assert ExecutionResult(project / "output.xml").suite.statistics.passed == 1


@pytest.mark.timeout(300)
def test_absent_extra_is_named(project):
    """The error says how to install the asyncio server."""
    robot = run(project, "-m", "robot", "async.robot", check=False)
    assert "The asyncio server needs an extra: pip install 'robotframework-cherrypy[async]'" in (
        robot.stdout
    )
