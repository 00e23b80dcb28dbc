"""`robot-cherrypy init` begins acceptance tests that pass, and overwrites nothing."""

import io
import subprocess
import sys
import tomllib

import pytest
import yaml
from robot.api import ExecutionResult

from robot_cherrypy.command import main
from robot_cherrypy.init import beginning
from robot_cherrypy.init.examples import EXAMPLES
from robot_cherrypy.init.front_page import FrontPage

SHOP = """\
import cherrypy


class Shop:
    @cherrypy.expose
    def index(self):
        return {page!r}

    @cherrypy.expose
    def broken(self):
        return 1 / 0
"""


def shop(folder, title="Shop", heading=""):
    """Make a project with a small application."""
    page = f"<!DOCTYPE html><title>{title}</title><h1>{heading}</h1>"
    (folder / "shop.py").write_text(SHOP.format(page=page))
    return folder


@pytest.fixture
def unserved(monkeypatch):
    """Let the application be what the test is not about: it is not started."""
    page = FrontPage("/", "Shop", "")
    monkeypatch.setattr(beginning, "request_front_page", lambda *_: page)


def files(folder):
    """The files of a folder, with what is in them."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_empty_folder_gets_an_application_and_a_suite_that_passes(tmp_path, capfd):
    """The suite is run at once, if there is a browser."""
    assert 0 == main(["init", str(tmp_path / "new")])
    assert "1 test, 1 passed" in capfd.readouterr().out
    result = ExecutionResult(tmp_path / "new/results/output.xml")
    assert 1 == result.statistics.total.passed
    assert "app.py" in files(tmp_path / "new")


@pytest.mark.parametrize(
    ("title", "heading", "check"),
    [
        ("Shop", "Apples", "Title Should Be    Shop\n"),
        ("", "Apples", "Page Should Contain    Apples\n"),
        ("", "", "Server Should Have Received    GET    /\n"),
        ("# 1 = ${x}  \\", "", "Title Should Be    \\# 1 \\= \\${x} \\\\\n"),
    ],
)
def test_front_page_is_checked_by_what_it_shows(tmp_path, title, heading, check):
    """Its title, or else its heading, as Robot Framework reads them literally."""
    shop(tmp_path, title, heading)
    assert 0 == main(["init", str(tmp_path), "--no-run"])
    assert (tmp_path / "acceptance/front_page.robot").read_text().endswith(f"    {check}")


def test_nothing_is_overwritten(unserved, tmp_path, capsys):
    """A second time, or over files of the project's own."""
    shop(tmp_path)
    (tmp_path / "acceptance").mkdir()
    (tmp_path / "acceptance/front_page.robot").write_text("mine")
    before = files(tmp_path)
    main(["init", str(tmp_path), "--no-run"])
    assert "Kept as it was: acceptance/front_page.robot" in capsys.readouterr().out
    after = files(tmp_path)
    assert before == {name: after[name] for name in before}
    main(["init", str(tmp_path), "--no-run"])
    assert after == files(tmp_path)
    assert "Added" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "pyproject",
    [
        '[project]\nname = "shop"\nversion = "1"',
        "[dependency-groups]  # for developers\ndev = ['ruff']\n\n[tool.x]\ny = 1\n",
    ],
)
def test_dependency_group_is_added(unserved, tmp_path, pyproject):
    """The rest of pyproject.toml stays as it is."""
    shop(tmp_path)
    (tmp_path / "pyproject.toml").write_text(pyproject)
    main(["init", str(tmp_path), "--no-run"])
    added = tomllib.loads((tmp_path / "pyproject.toml").read_text())
    group = added["dependency-groups"].pop("acceptance")
    assert ["robotframework-cherrypy[async]"] == group
    kept = tomllib.loads(pyproject)
    assert {"dependency-groups": {}, **kept} == added


@pytest.mark.parametrize(
    ("has", "options", "place"),
    [
        ({}, [], ".github/workflows/acceptance.yml"),
        ({".gitlab-ci.yml": "stages: []\n"}, [], "acceptance/gitlab-ci.yml"),
        ({".git/config": "url = https://gitlab.example/shop"}, [], ".gitlab-ci.yml"),
        ({}, ["--ci", "gitlab"], ".gitlab-ci.yml"),
        ({}, ["--ci", "none"], None),
    ],
)
def test_job_is_added(unserved, tmp_path, has, options, place):
    """It installs the project and what the tests need."""
    shop(tmp_path)
    (tmp_path / "requirements.txt").write_text("cherrypy\n")
    for name, text in has.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    main(["init", str(tmp_path), "--no-run", *options])
    jobs = {name for name in files(tmp_path) if name.endswith(".yml")} - set(has)
    assert jobs == ({place} if place else set())
    if place:
        job = (tmp_path / place).read_text()
        assert yaml.safe_load(job)
        assert "pip install -r requirements.txt -r acceptance/requirements.txt" in job


def test_one_of_several_applications_is_asked_for(unserved, tmp_path, capsys, monkeypatch):
    """Without anybody to ask, the message lists them; `--yes` is for the first."""
    shop(tmp_path)
    (tmp_path / "zoo.py").write_text(SHOP.replace("Shop", "Zoo").format(page=""))
    assert 1 == main(["init", str(tmp_path), "--no-run"])
    assert "choose with --app from shop:Shop, zoo:Zoo." in capsys.readouterr().err
    assert {"shop.py", "zoo.py"} == set(files(tmp_path))

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("three\n3\n2\n"))
    assert 0 == main(["init", str(tmp_path), "--no-run"])
    assert "The application is zoo:Zoo (CherryPy)." in capsys.readouterr().out
    assert 0 == main(["init", str(tmp_path), "--no-run", "--yes"])
    assert "The application is shop:Shop" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--path", "/broken"], "(500 at /broken): name one with --path."),
        (["--path", "/broken"], "ZeroDivisionError: division by zero in shop.Shop.broken"),
        (["--app", "shop:Shpo"], "Did you mean 'Shop'?"),
    ],
)
def test_application_without_such_a_page(tmp_path, capsys, options, message):
    """Nothing is written, and the server's error is told."""
    shop(tmp_path)
    assert 1 == main(["init", str(tmp_path), "--no-run", *options])
    assert message in capsys.readouterr().err
    assert {"shop.py"} == set(files(tmp_path))


def test_folder_without_an_application(tmp_path, capsys):
    """The message says what to do."""
    (tmp_path / "tools.py").write_text("x = 1\n")
    assert 1 == main(["init", str(tmp_path)])
    assert "name it with --app module:attribute" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_example_is_complete(tmp_path, name):
    """Each file that its suites and its application need is copied."""
    assert 0 == main(["init", "--example", name, str(tmp_path)])
    command = [sys.executable, "-m", "robot", "--argumentfile", "acceptance/robot.args"]
    command += ["--dryrun", "--log", "NONE", "--report", "NONE", "acceptance"]
    ran = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "" == ran.stderr
