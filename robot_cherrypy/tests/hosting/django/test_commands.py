"""A project is served by its own command line and by ours."""

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
DEADLINE = 60
VIEWS = """\
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse("first"))]
"""
SETTINGS = """\
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
    """The file that commands write to."""
    return tmp_path / "output.txt"


@pytest.fixture
def run(folder, output):
    """Start commands that are ended with the test."""
    processes = []

    def start(*command, cwd=folder):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO")}
        with output.open("w") as stream:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=cwd,
                env={**environment, "PYTHONPATH": str(ROOT)},
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
    """Return a free port from below those that clients get, lest one connects to itself."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for port in random.sample(range(first // 2, first), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("No port is free.")


def wait_for(process, output, look, what):
    """Wait until `look` returns something; return that."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come:\n{output.read_text()}")


def text_of(url):
    """Return what a page says, if it answers."""
    try:
        return requests.get(url, timeout=5).text
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
            pages.touch()  # the first look of CherryPy's autoreloader is no comparison
        return text_of(url) == "second"

    wait_for(process, output, changed, "The new page")
    # In between CherryPy would exit with an error.
    wait_for(process, output, lambda: _is_started(output.read_text()), "The start")
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) in {0, -signal.SIGTERM}


def test_management_command_refuses_a_bad_address(run, output):
    """It says what it wanted."""
    assert run("manage.py", "cherrypy", "here").wait(DEADLINE)

    assert "CommandError: 'here' is neither a port nor host:port." in output.read_text()


@pytest.mark.parametrize("project", ["folder", "settings"])
def test_our_command_serves(run, output, folder, project):
    """`robot-cherrypy serve --django` takes a folder or a module of settings."""
    command = ["-m", "robot_cherrypy", "serve", "--port", "0", "--server", "async", "--django"]
    cwd, name = (folder.parent, folder.name) if project == "folder" else (folder, "options")
    process = run(*command, name, cwd=cwd)

    url = wait_for(
        process,
        output,
        lambda: re.search(r"Serving on (http://127\.0\.0\.1:[1-9]\d*)", output.read_text()),
        "The address",
    )[1]

    assert "first" == text_of(url)
