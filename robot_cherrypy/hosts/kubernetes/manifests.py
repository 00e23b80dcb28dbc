"""Manifests: what a folder of kustomize or files describe, as a cluster takes it."""

import base64
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.kubernetes.kubectl import Description, Kubectl

_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")

# Versions of groups that older clusters do not know, with the version that they know instead.
_OLDER = {
    "policy/v1": "policy/v1beta1",
    "batch/v1": "batch/v1beta1",
    "autoscaling/v2": "autoscaling/v2beta2",
}

# Of these, Kubernetes 1.20 knows a group, but not all kinds in its newest version.
_OLDER_KINDS = {"batch/v1": "CronJob"}


def read_manifests(kubectl: Kubectl, path: Path, namespace: str, folder: Path) -> str:
    """Return all manifests of a stack, as kustomize has put them into a namespace.

    Args:
        kubectl: The command line, which has kustomize in it.
        path: A folder with a kustomization, a folder with manifests, or a file with some.
        namespace: Where all is put that can be in one.
        folder: For a kustomization of our own.

    Raises:
        HostError: There are none, or they are wrong.
    """
    if not path.exists():
        raise HostError(f"There is neither a file nor a folder '{path}'.")
    if path.is_file() or any((path / name).is_file() for name in _KUSTOMIZATIONS):
        resources = [path]
    else:
        resources = sorted(file for file in path.glob("*") if file.suffix in {".yaml", ".yml"})
    if not resources:
        raise HostError(f"There are no manifests in '{path}': files named *.yaml.")
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": namespace,
        # kustomize refuses absolute paths.
        "resources": [os.path.relpath(each.resolve(), folder.resolve()) for each in resources],
    }
    (folder / "kustomization.yaml").write_text(json.dumps(kustomization))
    return kubectl.run("kustomize", "--load-restrictor=LoadRestrictionsNone", str(folder))


def as_known(manifests: str, versions: Collection[str]) -> str:
    """Return manifests with versions of groups that a cluster knows.

    Args:
        manifests: As kustomize has written them: each begins with `apiVersion` and `kind`.
        versions: The versions that the cluster knows, such as `policy/v1`.
    """

    def known(match: re.Match[str]) -> str:
        version, kind = match["version"], match["kind"]
        older = _OLDER.get(version)
        is_known = version in versions and _OLDER_KINDS.get(version) != kind
        if older and older in versions and not is_known:
            return match[0].replace(version, older, 1)
        return match[0]

    return re.sub(
        r"^apiVersion: (?P<version>\S+)\n(?:.*\n)*?kind: (?P<kind>\S+)\n",
        known,
        manifests,
        flags=re.MULTILINE,
    )


def containers_of(manifests: Collection[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the containers that manifests describe, wherever they do."""
    found: list[dict[str, Any]] = []

    def look(value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                look(each)
        elif isinstance(value, dict):
            for name, each in value.items():
                if name in {"containers", "initContainers"}:
                    found.extend(each)
                else:
                    look(each)

    look(list(manifests))
    return found


def settings_of(manifests: Iterable[Description]) -> Iterator[tuple[str, str]]:
    """Yield names and values of variables of containers, and of all secrets."""
    for each in manifests:
        if each["kind"] == "Secret":
            data = (each.get("data") or {}).values()
            yield from (
                ("secret", base64.b64decode(value).decode(errors="replace").strip())
                for value in data
            )
            yield from (
                ("secret", value.strip()) for value in (each.get("stringData") or {}).values()
            )
        for container in containers_of([each]):
            for variable in container.get("env") or ():
                yield variable["name"], variable.get("value", "")
