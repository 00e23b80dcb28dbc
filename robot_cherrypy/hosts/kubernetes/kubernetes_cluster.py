"""A cluster of Kubernetes that there is, of which only the configuration is known."""

import contextlib
import json
import secrets
import signal
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from robot_cherrypy.containers.engine import timed_line, timestamp
from robot_cherrypy.errors import HostError, suggest_alike
from robot_cherrypy.hosts.cluster import Cluster
from robot_cherrypy.hosts.kubernetes.kubectl import Description, Kubectl, KubernetesAPI
from robot_cherrypy.hosts.kubernetes.kubernetes_service import (
    WORKLOADS,
    KubernetesService,
    serves,
)
from robot_cherrypy.hosts.kubernetes.manifests import as_known, read_manifests, settings_of
from robot_cherrypy.hosts.kubernetes.remover import Remover
from robot_cherrypy.hosts.looks import looks
from robot_cherrypy.hosts.relay import Place
from robot_cherrypy.stack.guarded_program import GuardedProgram

# How long `kubectl port-forward` may take to start, in seconds. It takes a few tenths.
_FORWARD_TIMEOUT = 30.0

# How long the log of a container may take, in seconds: its host may just be lost.
_LOG_TIMEOUT = 5.0


class KubernetesCluster(Cluster):
    """A cluster, in which each stack has a namespace of its own.

    Args:
        kubeconfig: The file that says where the cluster is; by default the one that kubectl takes.
        context: Which of the clusters in the file; by default the current one.
    """

    def __init__(self, kubeconfig: Path | None = None, context: str | None = None) -> None:
        super().__init__(f"kubernetes-{secrets.token_hex(4)}")
        self._kubeconfig, self._context = kubeconfig, context
        self._end = contextlib.ExitStack()
        self._remover: Remover | None = None
        self._namespaces: dict[str, str] = {}
        # By namespace, pod and its port: the program, and the port at which it accepts connections.
        self._forwards: dict[tuple[str, str, int], tuple[GuardedProgram, int]] = {}

    def _start(self, timeout: float) -> None:
        self.kubectl = Kubectl(self._kubeconfig, self._context)
        self.kubectl.run("get", "nodes", f"--request-timeout={timeout:g}s", timeout=timeout + 5)
        self._remover = Remover(self.kubectl)
        self._end.callback(self._remove_stacks, self._remover)
        self._connect()

    def _connect(self) -> None:
        self.api = KubernetesAPI(self.kubectl)
        self._end.callback(self.api.close)
        self._end.callback(self._stop_forwards)

    def _stop(self) -> None:
        self._end.close()

    def _remove_stacks(self, remover: Remover) -> None:
        said = remover.remove()
        if not self._namespaces:
            return
        names = self._namespaces.values()
        left = self.kubectl.run("get", "namespace", "--ignore-not-found", "-o=name", *names).split()
        if left:
            raise HostError(f"There are left in the cluster: {' '.join(left)}{said}")

    @property
    def folder(self) -> Path:
        """A folder that only this user can enter and that is deleted at the end."""
        assert self._remover
        return self._remover.folder

    @property
    def host_names(self) -> list[str]:
        """The names of all nodes."""
        return [node["metadata"]["name"] for node in self.api.items("/api/v1/nodes")]

    def reachable_hosts(self) -> set[str]:
        """Return the names of the nodes that are ready."""
        return {
            node["metadata"]["name"]
            for node in self.api.items("/api/v1/nodes")
            for each in node["status"].get("conditions", ())
            if each["type"] == "Ready" and each["status"] == "True"
        }

    def is_of_this_start(self, _pod: Description) -> bool:
        """Whether what Kubernetes says of a pod is about the time since its host was started."""
        return True

    def deploy(self, path: Path, name: str, images: Sequence[str], timeout: float) -> list[str]:
        """Deploy a stack, or what has changed of it; return when all of it is ready.

        Raises:
            HostError: The manifests are wrong, or a service was not ready in time.
        """
        deadline = time.monotonic() + timeout
        namespace, manifests = self._read(path, name)
        self.settings |= set(settings_of(manifests))
        self._add_images(images, manifests)
        if name not in self._namespaces:
            if self._remover:
                self._remover.add_namespace(namespace)
            self.kubectl.run("create", "namespace", namespace)
            self._namespaces[name] = namespace
        workloads = [each["metadata"]["name"] for each in manifests if each["kind"] in WORKLOADS]
        jobs = [each["metadata"]["name"] for each in manifests if each["kind"] == "Job"]
        if jobs:  # they cannot be changed
            self.kubectl.run(
                "delete", "job", f"--namespace={namespace}", "--ignore-not-found", *jobs
            )
        file = self.folder / name / "manifests"
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}))
        self.kubectl.run("apply", f"--filename={file}")
        services = [each["metadata"]["name"] for each in manifests if each["kind"] == "Service"]
        self.stacks.pop(name, None)
        self.stacks[name] = list(dict.fromkeys(workloads + services))
        for each in workloads:
            self.service(name, each).wait_until_ready(deadline - time.monotonic())
        return []

    def _read(self, path: Path, name: str) -> tuple[str, list[Description]]:
        """Return namespace and manifests of a stack."""
        namespace = self._namespaces.get(name, f"{name}-{secrets.token_hex(4)}")
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        read = read_manifests(self.kubectl, path, namespace, folder)
        versions = self.kubectl.run("api-versions").split()
        file = folder / "manifests"
        file.touch(mode=0o600)
        file.write_text(as_known(read, versions))
        printed = self.kubectl.run("create", "--dry-run=client", "-o=json", f"--filename={file}")
        manifests = list(_documents(printed))
        others = [
            f"{each['kind']} '{each['metadata']['name']}'"
            for each in manifests
            if "namespace" not in each["metadata"] and each["kind"] != "Namespace"
        ]
        if others:
            raise HostError(
                f"{' and '.join(others)} would be for the whole cluster, and a stack is only a"
                " namespace of it: apply that yourself, by kubectl."
            )
        return namespace, manifests

    def _add_images(self, images: Sequence[str], _manifests: Collection[Description]) -> None:
        """Copy images to hosts."""
        if images:
            raise HostError(
                "Images cannot be copied to a cluster that was not started by 'Start Hosts': it"
                " takes them from a registry, or as its own tools load them, such as `kind load"
                " docker-image`."
            )

    def service(self, stack: str, name: str) -> KubernetesService:
        """Return a service of a stack."""
        return KubernetesService(self, self._namespaces[stack], name)

    def kill(self, host: str) -> None:
        """Say that hosts of such a cluster cannot be killed."""
        self._refuse(host, "killed")

    def restart(self, host: str, timeout: float) -> None:
        """Say that hosts of such a cluster cannot be started again."""
        del timeout
        self._refuse(host, "restarted")

    def disconnect(self, host: str) -> None:
        """Say that hosts of such a cluster cannot be disconnected."""
        self._refuse(host, "disconnected")

    def reconnect(self, host: str, timeout: float) -> None:
        """Say that hosts of such a cluster cannot be reconnected."""
        del timeout
        self._refuse(host, "reconnected")

    def _refuse(self, host: str, what: str) -> NoReturn:
        self._require(host)
        raise HostError(
            f"Host '{host}' cannot be {what}: it belongs to a cluster that was there before, and of"
            " which only the API is known. Hosts that 'Start Hosts' has started can be."
        )

    def _require(self, host: str) -> None:
        """Raise an error unless there is such a host."""
        names = self.host_names
        if host not in names:
            raise HostError(
                f"There is no host '{host}'. Hosts: {', '.join(names)}.{suggest_alike(host, names)}"
            )

    def drain(self, host: str, timeout: float) -> None:
        """End the pods of stacks on a host, as their budgets allow; others are started elsewhere.

        Pods of others than our stacks stay; but no new ones of theirs are started there either.

        Raises:
            HostError: There is no such host, or pods are left there.
        """
        self._require(host)
        if self._remover:
            self._remover.add_drained(host)
        self.kubectl.run("cordon", host)
        left: list[Description] = []
        for _ in looks(timeout):
            left = [pod for pod in self._pods(host) if _is_moved(pod)]
            if not left:
                return
            for pod in left:
                if "deletionTimestamp" not in pod["metadata"]:
                    self.api.evict(pod)
        names = ", ".join(f"'{pod['metadata']['name']}'" for pod in left)
        raise HostError(
            f"After {timeout:g} s there are still pods on host '{host}': {names}. Is there a"
            " PodDisruptionBudget that forbids to end them, or no other host for them?"
        )

    def resume(self, host: str) -> None:
        """Let a drained host be used again."""
        self._require(host)
        self.kubectl.run("uncordon", host)
        if self._remover:
            self._remover.withdraw_drained(host)

    def address(self, service: KubernetesService, port: int, host: str | None) -> tuple[str, int]:
        """Return an address of this machine that leads to a port of one of a service's pods.

        Raises:
            HostError: No pod is ready.
        """
        pod = self._any_pod(service, host)
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        target = service.port_of(pod, port)
        program, number = self._forwards.get((namespace, name, target), (None, 0))
        if program is None or program.ended:
            program = GuardedProgram(
                "`kubectl port-forward`",
                [
                    *(*self.kubectl.command, "port-forward", f"--namespace={namespace}"),
                    *(f"pod/{name}", f":{target}"),
                ],
                stop_signal=signal.SIGTERM,
            )
            line = program.wait_for_line(r"^Forwarding from 127\.0\.0\.1:", _FORWARD_TIMEOUT)
            number = int(line.split()[2].rpartition(":")[2])
            self._forwards[namespace, name, target] = program, number
        return "127.0.0.1", number

    def is_served(self, place: Place) -> bool:
        """Whether the pod that a port is forwarded to is ready: kubectl accepts connections anyway.

        Raises:
            HostError: The cluster does not respond.
        """
        for (namespace, name, _), (_, number) in list(self._forwards.items()):
            if number == place[1]:
                named = f"fieldSelector=metadata.name%3D{name}"
                pods = self.api.items(f"/api/v1/namespaces/{namespace}/pods?{named}")
                return any(map(serves, pods))
        return False

    def _any_pod(self, service: KubernetesService, host: str | None) -> Description:
        if host:
            self._require(host)
        pods = [pod for pod in service.ready() if host in {None, pod["spec"]["nodeName"]}]
        if not pods:
            where = f" on host '{host}'" if host else ""
            raise HostError(f"No pod of service '{service.name}'{where} is ready.")
        return secrets.choice(pods)

    def _stop_forwards(self) -> None:
        for program, _ in self._forwards.values():
            program.stop()

    def events(self, namespace: str) -> list[Description]:
        """Return what Kubernetes tells of a namespace."""
        return self.api.items(f"/api/v1/namespaces/{namespace}/events")

    def lines_since(self, start: float) -> list[tuple[str, str, float, str]]:
        """Return what Kubernetes tells of stacks, and what their containers have printed."""
        lines = []
        for stack in self.stacks:
            for event in self.events(self._namespaces[stack]):
                about = event["involvedObject"]
                stamp = event["lastTimestamp"] or event["eventTime"]
                text = f"{about['kind']} {about['name']}: {event['reason']}: {event['message']}"
                timed = timed_line(f"{stamp} {text}")
                # Their time has no fractions of seconds.
                if timed and timed[0] >= start - 1:
                    lines.append(("stack", stack, *timed))
        reachable = self.reachable_hosts()
        since = quote(timestamp(start))
        for pod in self._pods():
            host = pod["spec"].get("nodeName")
            if host not in reachable:
                continue
            for each in pod["spec"]["containers"]:
                name, container = pod["metadata"]["name"], each["name"]
                printed = self._log(
                    pod, f"?container={container}&timestamps=true&sinceTime={since}"
                )
                lines += [
                    ("container", f"{name} on {host}", *timed)
                    for timed in map(timed_line, printed.splitlines())
                    if timed
                ]
        return lines

    def _log(self, pod: Description, query: str) -> str:
        """Return what a container has printed; nothing if it has not started."""
        place = "/api/v1/namespaces/{namespace}/pods/{name}/log".format(**pod["metadata"])
        try:
            return self.api.text(place + query, _LOG_TIMEOUT)
        except HostError as error:
            return f"{timestamp(time.monotonic())} The log cannot be read: {error}"

    def _pods(self, host: str | None = None) -> list[Description]:
        """Return the pods of all stacks, on one host or all."""
        where = f"?fieldSelector=spec.nodeName%3D{host}" if host else ""
        return [
            pod
            for stack in self.stacks
            for pod in self.api.items(f"/api/v1/namespaces/{self._namespaces[stack]}/pods{where}")
        ]


def _documents(printed: str) -> Iterator[Any]:
    """Yield what kubectl has printed, which for several objects is one after the other."""
    decoder, text = json.JSONDecoder(), printed.strip()
    while text:
        document, end = decoder.raw_decode(text)
        yield from document["items"] if document["kind"] == "List" else [document]
        text = text[end:].strip()


def _is_moved(pod: Description) -> bool:
    """Whether a pod is to be moved from a drained host: it runs, and is not one of each host."""
    owners = pod["metadata"].get("ownerReferences", ())
    is_everywhere = any(owner["kind"] == "DaemonSet" for owner in owners)
    return not is_everywhere and pod["status"]["phase"] in {"Pending", "Running"}
