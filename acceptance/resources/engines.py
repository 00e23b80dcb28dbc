"""What is in a container engine, seen by its own command line."""

import contextlib
import os
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from pathlib import Path

from robot_cherrypy.containers.compose import find_compose
from robot_cherrypy.containers.engine import EngineName, find_engine
from robot_cherrypy.errors import ContainerError
from robot_cherrypy.hosts import host_requirements
from robot_cherrypy.hosts.kubernetes import programs
from robot_cherrypy.hosts.units import system

# How long an engine may take to remove what a killed run has left, in seconds.
_TIMEOUT = 120

# How long a response may take, in seconds: without a network, an engine needs up to 20 to say that
# it does not know a name.
_RESPONSE_TIMEOUT = 90


def why_no_engine(name: EngineName | None) -> str:
    """Return why containers cannot be started here; nothing if they can."""
    reason = os.environ.get("NO_CONTAINER_ENGINE", "")
    try:
        find_engine(name)
        find_compose()
    except ContainerError as error:
        return f"NO CONTAINERS: {error} {reason}"
    return ""


def why_no_hosts(image: str) -> str:
    """Return why hosts cannot be started here, or have no such image; nothing if they can."""
    return _why_not(host_requirements.why_no_hosts(), image)


def why_no_kubernetes(image: str) -> str:
    """Return why hosts with Kubernetes cannot be started here; nothing if they can."""
    reason = programs.why_no_kubernetes()
    if not reason and not programs.are_built():
        reason = "Kubernetes is not built yet, which takes minutes: tox -e kubernetes builds it"
    return _why_not(reason, image)


def why_no_units(image: str) -> str:
    """Return why hosts with units cannot be started here; nothing if they can."""
    reason = system.why_no_units()
    if not reason and not system.is_installed():
        reason = "the system of such hosts is not installed yet: tox -e units installs it"
    return _why_not(reason, image)


def _why_not(reason: str | None, image: str) -> str:
    reason = reason or why_no_engine(None)
    if not reason:
        engine = find_engine()
        if engine.try_to_run("image", "inspect", image).returncode:
            reason = f"{engine.name} has no image '{image}'"
    return f"NO HOSTS: {reason}" if reason else ""


def status_should_be(url: str, expected: int) -> str:
    """Ask for a URL, check the status of the response and return its body."""
    try:
        with urllib.request.urlopen(url, timeout=_RESPONSE_TIMEOUT) as response:  # noqa: S310 - loopback
            status, body = response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read().decode()
    assert status == expected, f"{url} has status {status}: {body}"
    return body


def shop_should_not_answer(url: str) -> None:
    """Fail if there is a response within two seconds."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - loopback
            raise AssertionError(f"{url} has status {response.status}")
    except OSError:
        return


def get_containers(name: EngineName | None, project: str) -> list[str]:
    """Return the names of all containers of a project."""
    label = f"label=com.docker.compose.project={project}"
    found = _list(name, "ps", "--all", "--filter", label, "--format", "{{.Names}}")
    return sorted(found)


def project_should_have_containers(name: EngineName | None, project: str) -> None:
    """Fail if the engine has no container of a project."""
    assert get_containers(name, project), f"'{project}' has no containers"


def build_should_run(name: EngineName | None) -> None:
    """Fail unless `faulty/building` is being built."""
    assert _processes_of_build(name), "No image is being built"


def no_build_should_run(name: EngineName | None) -> None:
    """Fail if anything of a build of `faulty/building` is there."""
    left = _left_of_build(name)
    assert not left, f"These are left: {left}"


def _processes_of_build(name: EngineName | None) -> list[str]:
    commands = []
    for file in Path("/proc").glob("[1-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended
            commands.append(file.read_text().replace("\0", " ").strip())
    # Another engine may build at the same time.
    sleep = {"docker": "sleep 4711", "podman": "sleep 4712"}[find_engine(name).name]
    return [command for command in commands if command == sleep]


def _left_of_build(name: EngineName | None) -> list[str]:
    """Return the processes of the build, and the containers of builds that Podman knows."""
    left = _processes_of_build(name)
    if find_engine(name).name == "podman":
        external = ("--all", "--external", "--filter", "name=working-container")
        left += _list(name, "ps", *external, "--format", "{{.Names}}")
    return left


def nothing_should_be_left(name: EngineName | None, project: str) -> None:
    """Wait until the engine has no container, network, volume or image of a project."""
    label = f"label=com.docker.compose.project={project}"
    deadline = time.monotonic() + _TIMEOUT
    while True:
        left = [
            *_list(name, "ps", "--all", "--quiet", "--filter", label),
            *_list(name, "network", "ls", "--quiet", "--filter", label),
            *_list(name, "volume", "ls", "--quiet", "--filter", label),
            *_list(name, "image", "ls", "--quiet", "--filter", label),
        ]
        if not left:
            return
        assert time.monotonic() < deadline, f"These are left of '{project}': {left}"
        time.sleep(0.2)


def image_should_be_there(name: EngineName | None, image: str, *, there: bool = True) -> None:
    """Fail unless the engine has an image, or, if `there` is false, if it has it."""
    found = _list(name, "image", "ls", "--quiet", image)
    assert bool(found) == there, f"Image '{image}': {found or 'is not there'}"


def _list(name: EngineName | None, *arguments: str) -> list[str]:
    command = [str(find_engine(name).executable), *arguments]
    return subprocess.run(  # noqa: S603 - the engine
        command, check=True, capture_output=True, text=True, timeout=_TIMEOUT
    ).stdout.split()


def set_reporting_environment(server: str) -> None:
    """Say in the environment which server runs in which image, and where its packages are."""
    packages = os.environ.get("CONTAINER_PACKAGES")
    python = "3" if packages else f"{sys.version_info.major}.{sys.version_info.minor}"
    os.environ["IMAGE"] = f"python:{python}-slim"
    os.environ["PACKAGES"] = packages or sysconfig.get_path("purelib")
    os.environ["REPOSITORY"] = str(Path(__file__).parents[2])
    os.environ["SERVER"] = server
