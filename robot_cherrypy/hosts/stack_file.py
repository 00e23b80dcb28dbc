"""Stack files: what Docker Compose has read, as `docker stack deploy` takes it."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from robot_cherrypy.containers.compose import Config, find_compose, read_config
from robot_cherrypy.errors import HostError

# The newest version of the format that `docker stack deploy` knows.
_VERSION = "3.8"

# What Swarm does not have, and `docker stack deploy` would ignore or refuse.
_NOT_IN_STACKS = ("build", "container_name", "depends_on", "profiles", "restart", "scale")


def read_stack(file: Path, name: str, *, has_virtual_servers: bool) -> Config:
    """Return a stack file as `docker stack deploy` takes it.

    Args:
        file: The file, which may use all that compose files may.
        name: Name of the stack.
        has_virtual_servers: Whether a service can have an address of its own. Otherwise its name
            stands for the addresses of all its containers, and each port is that of the hosts on
            which a container of the service runs.

    Raises:
        ContainerError: It is missing or wrong.
        HostError: A service has no image.
    """
    config = read_config(find_compose(), [file], {"COMPOSE_PROJECT_NAME": name})
    stack: Config = _without_nothing(copy.deepcopy(config))
    stack.pop("name", None)
    stack["version"] = _VERSION
    for service, described in stack["services"].items():
        if "image" not in described:
            raise HostError(f"Service '{service}' of '{file}' has no 'image'.")
        for key in _NOT_IN_STACKS:
            described.pop(key, None)
        _rewrite(described)
        if not has_virtual_servers:
            described.setdefault("deploy", {})["endpoint_mode"] = "dnsrr"
            for port in described.get("ports", ()):
                port["mode"] = "host"
    return stack


def images_of(stack: Config) -> list[str]:
    """Return the images of a stack, each once."""
    return list(dict.fromkeys(service["image"] for service in stack["services"].values()))


def needs_virtual_servers(stack: Config) -> Sequence[str]:
    """Return the services whose ports are those of all hosts, which only IPVS makes possible."""
    return [
        name
        for name, service in stack["services"].items()
        if any(port.get("mode", "ingress") == "ingress" for port in service.get("ports", ()))
    ]


def _rewrite(service: dict[str, Any]) -> None:
    """Give what Compose writes in a newer way the types of version 3."""
    for port in service.get("ports", ()):
        port.pop("host_ip", None)
        port.pop("name", None)
        if "published" in port:
            port["published"] = int(port["published"])
    for kind in ("secrets", "configs"):
        for file in service.get(kind, ()):
            if isinstance(file.get("mode"), str):
                file["mode"] = int(file["mode"], 8)
    for limits in (service.get("deploy") or {}).get("resources", {}).values():
        if "cpus" in limits:
            limits["cpus"] = str(limits["cpus"])
    service.get("healthcheck", {}).pop("start_interval", None)


def _without_nothing(value: Any) -> Any:
    """Return what was read without commands that are null, which Compose writes."""
    if isinstance(value, list):
        return [_without_nothing(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_nothing(item)
        for key, item in value.items()
        if item is not None or key not in {"command", "entrypoint"}
    }
