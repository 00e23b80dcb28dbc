"""Docker Compose: it reads compose files and starts what they describe, for both engines."""

import contextlib
import copy
import importlib.util
import itertools
import json
import os
import re
import shlex
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from robot_cherrypy.containers.engine import last_lines, run
from robot_cherrypy.errors import ContainerError
from robot_cherrypy.processes.executables import find_executables

# Where Docker's packages and Docker Desktop put it, which works as a command by itself too.
_PLACES = (
    "docker-compose",
    "~/.docker/cli-plugins/docker-compose",
    "/usr/local/lib/docker/cli-plugins/docker-compose",
    "/usr/local/libexec/docker/cli-plugins/docker-compose",
    "/usr/lib/docker/cli-plugins/docker-compose",
    "/usr/libexec/docker/cli-plugins/docker-compose",
)

# The label with the name of the project, on all that Compose makes for it.
PROJECT_LABEL = "com.docker.compose.project"

# How long reading a compose file may take, in seconds; it takes a tenth of one.
_TIMEOUT = 60.0

# A variable as `config --environment` prints it; its value may have line breaks.
_VARIABLE = re.compile(r"^(\w+)=(.*?)(?=\n\w+=|\Z)", re.MULTILINE | re.DOTALL)

Config = dict[str, Any]


def find_compose() -> Path:
    """Return the executable of Docker Compose, version 2 or newer.

    Raises:
        ContainerError: There is none.
    """
    package = importlib.util.find_spec("compose")
    places = [*(f"{folder}/docker-compose" for folder in _folders(package)), *_PLACES]
    for executable in find_executables(places):
        ended = run([str(executable), "version", "--short"], "Docker Compose", timeout=_TIMEOUT)
        if not ended.returncode and not ended.stdout.lstrip("v").startswith("1."):
            return executable
    raise ContainerError(
        "There is no Docker Compose 2: pip install 'robotframework-cherrypy[containers]', or the"
        " package docker-compose-plugin of Docker."
    )


def _folders(package: Any) -> Sequence[str]:
    return list(package.submodule_search_locations or ()) if package else []


def read_config(compose: Path, files: Sequence[Path], environment: Mapping[str, str]) -> Config:
    """Return what compose files say, with variables and relative paths resolved.

    Raises:
        ContainerError: A file is missing or wrong.
    """
    for file in files:
        if not file.is_file():
            raise ContainerError(f"There is no compose file '{file}'.")
    ended = _ask(compose, files, environment, "--profile", "*", "config", "--format", "json")
    if ended.returncode:
        names = ", ".join(f"'{file}'" for file in files)
        raise ContainerError(f"The compose file {names} is wrong: {last_lines(ended.stderr)}")
    config: Config = json.loads(ended.stdout)
    return config


def read_variables(
    compose: Path, files: Sequence[Path], environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables that compose files know, those of the file `.env` beside them too.

    Args:
        compose: The executable of Docker Compose.
        files: The compose files.
        environment: Variables for them, in addition to those of this process.
    """
    ended = _ask(compose, files, environment, "config", "--environment")
    return {**os.environ, **environment, **dict(_VARIABLE.findall(ended.stdout))}


def _ask(
    compose: Path, files: Sequence[Path], environment: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    words = [word for file in files for word in ("--file", str(file))]
    command = [str(compose), *words, *arguments]
    return run(command, "Docker Compose", timeout=_TIMEOUT, environment=environment)


def settings_of(config: Config, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield names and values of all that a config gives to containers and builds.

    That is variables, arguments of builds, options in commands, and what it calls secrets.

    Args:
        config: What `read_config` returned.
        variables: What `read_variables` returned.
    """
    for service in config.get("services", {}).values():
        yield from _given(service.get("environment"))
        yield from _given((service.get("build") or {}).get("args"))
        yield from _options([*(service.get("entrypoint") or ()), *(service.get("command") or ())])
    for secret in (config.get("secrets") or {}).values():
        value = variables.get(secret.get("environment", ""), "")
        if "file" in secret:
            with contextlib.suppress(OSError):  # Compose says that it is not there
                value = Path(secret["file"]).read_text(errors="replace")
        yield "secret", value.strip()


def _given(values: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    return ((name, str(value)) for name, value in (values or {}).items())


def _options(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield names and values of options such as `--password=x` and `--password x`."""
    words = [part for word in words for part in word.split()]  # a shell's command is one word
    for word, following in itertools.zip_longest(words, words[1:], fillvalue=""):
        if word.startswith("-"):
            name, is_followed_by_value, value = word.lstrip("-").partition("=")
            yield name, value if is_followed_by_value else following


def isolated(config: Config, project: str, host: str) -> Config:
    """Return a config as a project of its own, which cannot meet what else runs in the engine.

    - Published ports become free ones on loopback, or, if the engine is on another machine, any
      free ones there.
    - Names of containers, volumes and networks become those of the project, but for external ones.
      By its own name, others still reach a container.
    - An image that the project builds gets a name of the project, wherever the config has it, and
      the project's label: Compose itself labels none that Podman builds.

    Args:
        config: What `read_config` returned.
        project: Its name.
        host: Where the engine publishes ports.
    """
    config = copy.deepcopy(config)
    config["name"] = project
    services = config["services"]
    built = {
        service["image"]: f"{project}-{name}"
        for name, service in services.items()
        if "build" in service and "image" in service
    }
    for service in services.values():
        _make_alias(service, service.pop("container_name", None))
        if "build" in service:
            service["build"].setdefault("labels", {})[PROJECT_LABEL] = project
        if "image" in service:
            service["image"] = built.get(service["image"], service["image"])
        for port in service.get("ports", ()):
            port["host_ip"] = "127.0.0.1" if host == "127.0.0.1" else "0.0.0.0"  # noqa: S104 - the engine is elsewhere
            port["published"] = ""
            if host == "127.0.0.1" and not _is_scaled(service):
                port["published"] = str(_free_port())
    for kind in ("volumes", "networks"):
        for name, value in (config.get(kind) or {}).items():
            if value and not value.get("external"):
                value["name"] = f"{project}_{name}"
    return config


def _make_alias(service: dict[str, Any], name: str | None) -> None:
    """Have containers on a service's networks know it by one more name."""
    if name and "network_mode" not in service:
        networks = service.get("networks") or {"default": None}
        service["networks"] = {
            network: {**(options or {}), "aliases": [*(options or {}).get("aliases", ()), name]}
            for network, options in networks.items()
        }


def literal(value: Any) -> Any:
    """Return a part of a compose file in which no dollar sign stands for a variable."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key: literal(item) for key, item in value.items()}
    return [literal(item) for item in value] if isinstance(value, list | tuple) else value


def with_any_ports(config: Config, service: str) -> Config:
    """Return a config in which the engine chooses the ports of a service, for several replicas."""
    config = copy.deepcopy(config)
    for port in config["services"][service].get("ports", ()):
        port["published"] = ""
    return config


def with_whole_checks(config: Config) -> Config:
    """Return a config whose health checks come whole to Podman.

    Its API splits the arguments of a `CMD` at blanks (Podman 4.3,
    `pkg/api/handlers/compat/containers_create.go`); what a shell reads stays whole.
    """
    config = copy.deepcopy(config)
    for service in config["services"].values():
        check = service.get("healthcheck") or {}
        kind, *words = check.get("test") or [""]
        if kind == "CMD" and any(word.split() != [word] for word in words):
            check["test"] = ["CMD-SHELL", shlex.join(words)]
    return config


def _is_scaled(service: Mapping[str, Any]) -> bool:
    deploy = service.get("deploy") or {}
    return int(service.get("scale") or deploy.get("replicas") or 1) > 1


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
