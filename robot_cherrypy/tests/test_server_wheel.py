"""The server without the test tools, as production installs it."""

import ast
import json
import os
import subprocess
import sys
import tomllib
import urllib.request
import venv
import zipfile

import pytest

from robot_cherrypy.tests.docs.blocks import ROOT

# What starts in an installation without test tools, by the samples that it serves.
SERVED = {
    "whereami": ("sample_app.whereami:WhereAmI", "/", b"<title>"),
    "chat": ("sample_app.chat:Chat", "/", b"<title>"),
    "django": ("sample_app.djangosite.settings", "/admin/login/", b"<title>"),
}


# What only the commands of tests import, each when it is run.
LEFT_OUT = {f"robot_cherrypy.{room}" for room in ("doctor", "init", "library", "running", "watch")}
LEFT_OUT_ROOMS = tuple(f"{room}." for room in LEFT_OUT)


def ours(source):
    """The names of the modules of ours from which a source imports."""
    return {
        node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("robot_cherrypy")
    }


def projects():
    """Return what pyproject.toml says of the whole distribution and of the server's."""
    texts = [(ROOT / folder / "pyproject.toml").read_text() for folder in ("", "deploy/server")]
    return [tomllib.loads(text)["project"] for text in texts]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of the server."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(folder)]
    subprocess.run([*command, str(ROOT / "deploy/server")], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(tmp_path_factory, wheel):
    """The Python of an environment with the server, its extras, and nothing else."""
    folder = tmp_path_factory.mktemp("production")
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    command = [python, "-m", "pip", "install", f"{wheel}[async,django,websocket]"]
    subprocess.run(command, check=True, capture_output=True, env=environment())
    return python


def environment():
    """The environment variables without those of this Python."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV"))}


def run(python, *arguments, check=True):
    """Run the environment's Python in the repository, and return what has ended."""
    return subprocess.run(
        [python, *arguments],
        check=check,
        capture_output=True,
        text=True,
        env=environment(),
        cwd=python.parent,
    )


def test_dependencies_are_those_of_the_whole():
    """What both distributions need has the same versions in both."""
    whole, server = projects()
    assert set(server["dependencies"]) < set(whole["dependencies"])
    for name in ("async", "websocket", "django"):
        extras = [project["optional-dependencies"][name] for project in (whole, server)]
        assert extras[0] == extras[1]
    assert whole["requires-python"] == server["requires-python"]


def test_modules_import_nothing_that_is_left_out(wheel):
    """Each module of ours that one of the wheel imports is in the wheel, too."""
    with zipfile.ZipFile(wheel) as archive:
        sources = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
    modules = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in sources
    }
    assert not modules & LEFT_OUT
    for name, source in sources.items():
        missing = ours(source) - modules
        assert all(f"{each}.".startswith(LEFT_OUT_ROOMS) for each in missing), f"{name}: {missing}"


@pytest.mark.timeout(300)
def test_environment_has_no_test_tools(python):
    """Neither Robot Framework nor Selenium is installed, and nothing that pip misses."""
    listed = json.loads(run(python, "-m", "pip", "list", "--format", "json").stdout)
    names = {entry["name"].lower() for entry in listed}
    assert not [name for name in names if "robotframework" in name or "selenium" in name]
    assert {"robot-cherrypy-server", "cherrypy", "uvicorn", "websockets"} <= names
    run(python, "-m", "pip", "check")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("command", ["init", "run", "doctor"])
def test_commands_of_tests_say_what_they_need(python, command):
    """The error says how to install the test tools."""
    ended = run(python, "-m", "robot_cherrypy", command, check=False)
    assert 1 == ended.returncode
    assert "which is not installed: pip install robotframework-cherrypy" in ended.stderr


@pytest.mark.timeout(300)
@pytest.mark.parametrize("server", ["threaded", "async"])
@pytest.mark.parametrize("sample", SERVED)
def test_samples_are_served(python, sample, server):
    """The command serves CherryPy, WebSocket and Django applications on both servers."""
    application, path, expected = SERVED[sample]
    served = ["--django", application] if sample == "django" else [application]
    process = subprocess.Popen(
        [
            *(python.parent / "robot-cherrypy", "serve", *served, "--app-dir", str(ROOT)),
            *("--server", server, "--port", "0", "--health", "/-/health", "--timeout", "60"),
        ],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=python.parent,
    )
    lines = []
    try:
        for line in process.stderr:
            lines.append(line)
            if "Serving on " in line:
                break
        else:
            raise AssertionError("".join(lines))
        url = line.split()[-1]
        for target, text in ((path, expected), ("/-/health", b"ready")):
            with urllib.request.urlopen(f"{url}{target}", timeout=60) as response:
                assert text in response.read()
    finally:
        process.terminate()
        process.communicate()
    assert 0 == process.returncode
