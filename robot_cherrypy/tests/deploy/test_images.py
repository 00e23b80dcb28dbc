"""The base image, and images of projects on it."""

import itertools
import json
import time

import pytest

from robot_cherrypy.command import main
from robot_cherrypy.tests.deploy.conftest import (
    ENGINE,
    INDEX_PASSWORD,
    IS_OFFLINE,
    PATIENCE,
    engine,
    status,
    wait_for,
)

pytestmark = pytest.mark.timeout(600)

READ_ONLY = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")

COMMANDS = (
    (),
    ("robot-cherrypy", "serve", "shop", "--host", "0.0.0.0", "--server", "async"),
    ("cherryd", "-c", "/opt/container.conf", "-i", "shop"),
)

PAGE = """
import cherrypy

class Page:
    @cherrypy.expose
    def index(self):
        return "first"

cherrypy.tree.mount(Page(), "/")
"""

# The files of projects in which `init --containers` finds the application by looking.
PROJECTS = {
    "cherrypy": {
        "hello.py": "import cherrypy\n\n\n"
        "class Hello:\n"
        "    @cherrypy.expose\n"
        "    def index(self):\n"
        "        return 'Hello'\n\n\n"
        "if __name__ == '__main__':\n"
        "    cherrypy.quickstart(Hello())\n",
    },
    "flask": {
        "app.py": "from flask import Flask\n"
        "app = Flask(__name__)\n\n\n"
        "@app.get('/')\n"
        "def index():\n"
        "    return 'Hello'\n",
        "pyproject.toml": "[project]\nname = 'hello'\nversion = '1'\ndependencies = ['flask']\n",
    },
    "fastapi": {
        "main.py": "from fastapi import FastAPI\n"
        "app = FastAPI()\n\n"
        "@app.get('/')\n"
        "async def index():\n"
        "    return 'Hello'\n",
        "requirements.txt": "fastapi\n",
    },
    "django": {
        "manage.py": "import os\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n",
        "site1/__init__.py": "",
        "site1/settings.py": "SECRET_KEY = 'x'\n"
        "ROOT_URLCONF = 'site1.urls'\n"
        "ALLOWED_HOSTS = ['*']\n",
        "site1/urls.py": "from django.http import HttpResponse\n"
        "from django.urls import path\n"
        "urlpatterns = [path('', lambda request: HttpResponse('Hello'))]\n",
    },
}


def test_image_has_nothing_that_it_does_not_need(shop):
    """It runs as a user that can write nothing, without compiler, pip and test tools."""
    image = json.loads(engine("inspect", shop))[0]
    configuration = image["Config"]
    assert ("1000", "SIGTERM") == (configuration["User"], configuration["StopSignal"])
    assert {"8080/tcp"} == set(configuration["ExposedPorts"])
    check = configuration.get("Healthcheck") or image["Healthcheck"]  # the latter is Podman's
    assert "python3" in check["Test"]
    script = """
        id -un
        command -v gcc cc pip
        find / -xdev -writable ! -path '/proc/*' ! -path '/dev/*' ! -path '*/tmp' \\
            ! -path /run/lock ! -type l 2>/dev/null
        python3 -c 'import robot' 2>&1 | tail -n 1
        python3 -c 'import selenium' 2>&1 | tail -n 1
    """
    assert [
        "web",
        "ModuleNotFoundError: No module named 'robot'",
        "ModuleNotFoundError: No module named 'selenium'",
    ] == engine("run", "--rm", shop, "sh", "-c", script).splitlines()


@pytest.mark.skipif(not IS_OFFLINE, reason="PyPI has no password")
def test_images_have_no_secret_of_their_build(base, shop):
    """The URL of the package index, which may have a password, is in neither."""
    for image in (base, shop):
        assert INDEX_PASSWORD not in engine("history", "--no-trunc", image)
        assert INDEX_PASSWORD not in engine("inspect", image)
    found = engine("run", "--rm", shop, "grep", "-rl", INDEX_PASSWORD, "/opt", "/app", check=False)
    assert "" == found


def test_image_is_small(base, shop):
    """The base adds less than 80 MB to Python's image, and a project what it needs itself."""
    sizes = [
        json.loads(engine("inspect", name))[0]["Size"] for name in ("python:3-slim", base, shop)
    ]
    print(f"Sizes in MB: {[round(size / 1e6) for size in sizes]}")  # noqa: T201 - the documentation says so
    assert sizes[1] - sizes[0] < 80e6
    assert sizes[2] - sizes[1] < 1e6


def test_project_is_served_and_healthy(shop, run):
    """With the command or with plain cherryd, on a file system that is read-only."""
    names = []
    for command in COMMANDS:  # at once, as most of the time is that between two health checks
        options = (*READ_ONLY, *(("--env", "HEALTH=/") if command else ()))
        name, url = run(shop, *command, options=options)
        started = time.monotonic()
        wait_for(url, "Open all day", name)
        print(f"First response after {time.monotonic() - started:.2f} s")  # noqa: T201 - likewise
        names.append(name)
    deadline = time.monotonic() + PATIENCE
    for name in names:
        while "healthy" != engine("inspect", name, "--format", "{{.State.Health.Status}}"):
            health = engine("inspect", name, "--format", "{{.State.Health}}")
            assert time.monotonic() < deadline, health
            if ENGINE == "podman":  # which leaves checks to systemd
                engine("healthcheck", "run", name, check=False)
            time.sleep(0.1)
    engine("stop", *names)
    codes = engine("inspect", *names, "--format", "{{.State.ExitCode}}")
    assert ["0"] * len(COMMANDS) == codes.split()


def test_code_in_a_volume_is_reloaded(shop, run, tmp_path):
    """While developing, the server starts again when a file has changed."""
    tmp_path.chmod(0o755)
    file = tmp_path / "page.py"
    file.write_text(PAGE)
    command = ("robot-cherrypy", "serve", "page", "--host", "0.0.0.0")
    name, url = run(shop, *command, options=("-v", f"{tmp_path}:/app:ro"))
    wait_for(url, "first", name)
    deadline = time.monotonic() + PATIENCE
    changes = itertools.count()  # CherryPy sees a change only if it has seen the file before
    while "changed" not in status(url)[1]:
        assert time.monotonic() < deadline
        file.write_text(PAGE.replace("first", f"changed {next(changes)}"))
        time.sleep(2)


@pytest.mark.parametrize(
    "framework",
    [
        "cherrypy",
        "fastapi",
        pytest.param("flask", marks=pytest.mark.variation),
        pytest.param("django", marks=pytest.mark.variation),
    ],
)
def test_project_of_init(python_with_wheels, run, tmp_path, framework):
    """What `init --containers` writes is an image that serves the project."""
    for name, text in PROJECTS[framework].items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert 0 == main(["init", "--containers", str(tmp_path)])
    no_index = ("PIP_NO_INDEX=1",) if IS_OFFLINE else ()
    arguments = (f"PYTHON={python_with_wheels}", "PIP_FIND_LINKS=/wheels", *no_index)
    options = [word for argument in arguments for word in ("--build-arg", argument)]
    engine("build", "--tag", framework, *options, tmp_path)
    name, url = run(framework, options=READ_ONLY)
    wait_for(url, "Hello", name)
