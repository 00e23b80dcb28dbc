"""A project is served by its `manage.py` and by `robot-cherrypy serve`."""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[4]
# For a start or a change of what is served, in seconds. A process starts again in between.
DEADLINE = 60
VIEWS = """\
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse("first"))]
"""
# Settings may read those of Django, and their own name, while they are imported.
SETTINGS = """\
import os
from django.conf import settings
EXTRA = getattr(settings, "EXTRA", os.environ["DJANGO_SETTINGS_MODULE"])
DEBUG = True
SECRET_KEY = "test"
INSTALLED_APPS = ["robot_cherrypy.hosting.django"]
ROOT_URLCONF = "pages"
STATIC_URL = "static/"
"""
MANAGE = """\
import os, sys
from django.core.management import execute_from_command_line
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "options")
execute_from_command_line(sys.argv)
"""


@pytest.fixture
def folder(tmp_path):
    """A project of three files."""
    (tmp_path / "pages.py").write_text(VIEWS)
    (tmp_path / "options.py").write_text(SETTINGS)
    (tmp_path / "manage.py").write_text(MANAGE)
    return tmp_path


@pytest.fixture
def output(tmp_path):
    """The file that receives the output of commands."""
    return tmp_path / "output.txt"


@pytest.fixture
def run(folder, output):
    """Start commands that are killed at the end of the test."""
    processes = []

    def start(*command, cwd=folder, **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO")}
        with output.open("w") as stream:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=cwd,
                env={**environment, "PYTHONPATH": str(ROOT), **variables},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def free_port():
    """Return a free port outside of those that clients get; else one may connect to itself."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for port in random.sample(range(first // 2, first), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("No port is free.")


def wait_for(process, output, condition, what):
    """Wait until `condition` returns something true; return that."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come:\n{output.read_text()}")


def text_of(url):
    """Return the text of a page, or nothing if the server cannot be reached."""
    try:
        return requests.get(url, timeout=60).text
    except requests.ConnectionError:
        return ""


def _is_started(text):
    return text.count("Bus STARTED") == text.count("Bus STARTING")


@pytest.mark.parametrize("server", ["threaded", "async"])
def test_management_command_serves_and_starts_again(run, output, folder, server):
    """`manage.py cherrypy` serves the project, notices a changed file, and ends on SIGTERM."""
    address = f"127.0.0.1:{free_port()}"
    url, pages = f"http://{address}/", folder / "pages.py"
    process = run("manage.py", "cherrypy", address, "--server", server)
    wait_for(process, output, lambda: text_of(url) == "first", "The page")

    pages.write_text(VIEWS.replace("first", "second"))

    def changed():
        if "Restarting because" not in output.read_text():
            pages.touch()  # CherryPy's autoreloader compares from its second look on
        return text_of(url) == "second"

    wait_for(process, output, changed, "The new page")
    # While it starts, SIGTERM would make CherryPy exit with an error.
    wait_for(process, output, lambda: _is_started(output.read_text()), "The start")
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) in {0, -signal.SIGTERM}


def test_management_command_refuses_a_bad_address(run, output):
    """It says what it wanted."""
    assert run("manage.py", "cherrypy", "here").wait(DEADLINE)

    assert "CommandError: 'here' is neither a port nor host:port." in output.read_text()


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--django", "."], {}),
        (["--django", "options"], {}),
        (["options"], {}),
        (["other.settings"], {}),
        (["--django", "."], {"DJANGO_SETTINGS_MODULE": "other.settings"}),
        (["--django", "options"], {"DJANGO_SETTINGS_MODULE": "no.settings"}),
    ],
)
def test_our_command_serves(run, output, folder, arguments, variables):
    """`robot-cherrypy serve --django` takes a folder or a module of settings.

    The environment variable overrides what `manage.py` says, but not what the command line does.
    """
    (folder / "other").mkdir()
    other = SETTINGS.replace("pages", "other.pages")
    (folder / "other/settings.py").write_text(other)
    (folder / "other/pages.py").write_text(VIEWS.replace("first", "other"))
    command = ["-m", "robot_cherrypy", "serve", "--port", "0", "--server", "async"]
    process = run(*command, *arguments, **variables)

    url = wait_for(
        process,
        output,
        lambda: re.search(r"Serving on (http://127\.0\.0\.1:[1-9]\d*)", output.read_text()),
        "The address",
    )[1]

    is_other = "other.settings" in (*arguments, *variables.values())
    assert ("other" if is_other else "first") == text_of(url)


@pytest.mark.parametrize("content", ["PAGES = 3", "import nowhere_at_all", "PAGES = 1 / 0"])
def test_module_that_is_no_project_leaves_no_settings(tmp_path, content):
    """A module of that name may be another one: neither settings nor a time zone of Django stay."""
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "settings.py").write_text(content)
    script = (
        "import contextlib, os\n"
        "from robot_cherrypy.hosting.django.project import import_module\n"
        "with contextlib.suppress(ImportError, ArithmeticError):\n"
        "    print(import_module('plain.settings').PAGES)\n"
        "from django.conf import settings\n"
        "print(settings.configured, os.environ.get('TZ'), os.environ.get('DJANGO_SETTINGS_MODULE'))"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    for name in ("TZ", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    command = [sys.executable, "-c", script]
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
    printed = "3\n" if content == "PAGES = 3" else ""
    assert f"{printed}False None None\n" == output.decode()
