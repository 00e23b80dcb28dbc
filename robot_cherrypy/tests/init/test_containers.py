"""`robot-cherrypy init --containers` adds what an application needs to run in a container."""

import json
import re

import pytest
import yaml

from robot_cherrypy.command import main

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI\napi = FastAPI()\n"
SHOP = """
import cherrypy

class Shop:
    @cherrypy.expose
    def index(self):
        return "open"

if __name__ == "__main__":
    cherrypy.quickstart(Shop())
"""
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n"
DEPENDENCIES = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi"]\n'
POETRY = '[build-system]\nrequires = ["poetry-core"]\n'

# The files of a project, and what its Dockerfile then says: what is served, on which server, where
# Python looks for it, and how its packages are installed.
PROJECTS = [
    ({"shop.py": SHOP}, ["shop:Shop"], "threaded", "/app", "websocket]' \\"),
    ({"app.py": FLASK}, ["app:app"], "threaded", "/app", "websocket]' flask \\"),
    (
        {"app.py": FLASK, "requirements.txt": "flask\n"},
        ["app:app"],
        "threaded",
        "/app",
        "websocket]' --requirement requirements.txt \\",
    ),
    (
        {"src/shop/__init__.py": FASTAPI, "pyproject.toml": DEPENDENCIES},
        ["shop:api"],
        "async",
        "/app/src",
        "websocket]' --requirement dependencies.txt \\",
    ),
    (
        {"app.py": FLASK, "pyproject.toml": POETRY},
        ["app:app"],
        "threaded",
        "/app",
        "websocket]' . \\",
    ),
    (
        {"manage.py": MANAGE, "site1/settings.py": "SECRET_KEY = 'x'\n", "site1/__init__.py": ""},
        ["--django", "site1.settings"],
        "threaded",
        "/app",
        "websocket]' django \\",
    ),
]


@pytest.fixture
def project(tmp_path):
    """Return a function that makes a project and runs the command in it."""

    def make(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert 0 == main(["init", "--containers", str(tmp_path)])
        return tmp_path

    return make


@pytest.mark.parametrize(("files", "served", "server", "path", "install"), PROJECTS)
def test_applications_of_all_kinds(project, files, served, server, path, install):
    """The image serves the application by the command, with its packages."""
    folder = project(files)
    dockerfile = (folder / "Dockerfile").read_text()
    command = json.loads(re.search(r"^CMD (\[.+\])$", dockerfile, re.MULTILINE)[1])
    assert ["robot-cherrypy", "serve", *served, "--server", server] == command[: len(served) + 4]
    assert ["--environment", "production", "--stop-delay", "2"] == command[-4:]
    assert f"PYTHONPATH={path} " in dockerfile
    assert install in dockerfile
    assert not re.search(r"<\w+>", dockerfile)
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"]
    assert {"app", "development"} == set(services)
    assert "production" not in services["development"]["command"]


def test_an_empty_folder_gets_an_application(project):
    """It is the one that tests begin with, too."""
    assert {"app.py", "Dockerfile", "compose.yaml", ".dockerignore"} == {
        path.name for path in project({}).iterdir()
    }


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", ".dockerignore"])
def test_nothing_is_overwritten(project, name, capsys):
    """What is there stays, and the command says so."""
    folder = project({"shop.py": SHOP, name: "mine"})
    assert "mine" == (folder / name).read_text()
    assert f"Kept as it was: {name}" in capsys.readouterr().out


def test_project_without_application_is_refused(tmp_path, capsys):
    """The message says how to name it."""
    (tmp_path / "notes.py").write_text("")
    assert 1 == main(["init", "--containers", str(tmp_path)])
    assert "name it with --app module:attribute" in capsys.readouterr().err
    assert not (tmp_path / "Dockerfile").exists()
