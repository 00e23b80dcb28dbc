"""A service of a stack on Kubernetes: the pods of a workload, or those that a Service names."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from robot_cherrypy.errors import HostError
from robot_cherrypy.hosts.cluster import Service
from robot_cherrypy.hosts.kubernetes.kubectl import Description
from robot_cherrypy.hosts.looks import looks

if TYPE_CHECKING:
    from robot_cherrypy.hosts.kubernetes.kubernetes_cluster import KubernetesCluster

# What keeps pods running, and what runs them once, with where the API has them.
WORKLOADS = {
    "Deployment": "/apis/apps/v1",
    "StatefulSet": "/apis/apps/v1",
    "DaemonSet": "/apis/apps/v1",
    "Job": "/apis/batch/v1",
}

# How many lines of a container's log an error message shows.
_TAIL = 15

# How many pods an error message tells of.
_MOST_PODS = 4


class KubernetesService(Service):
    """A service of a stack.

    Args:
        cluster: Where it is.
        namespace: Where its stack is.
        name: Of a workload, of a Service, or of both, which then belong together.
    """

    def __init__(self, cluster: "KubernetesCluster", namespace: str, name: str) -> None:
        self._cluster, self._namespace = cluster, namespace
        self.name = name

    def scale(self, replicas: int, timeout: float) -> None:
        """Have a number of pods; return when all are ready.

        Raises:
            HostError: The service has one on each host, or they are not ready in time.
        """
        kind, _ = self._workload() or ("Service", {})
        if kind not in {"Deployment", "StatefulSet"}:
            raise HostError(
                f"Service '{self.name}' is a {kind}, which cannot be scaled: only a Deployment and"
                " a StatefulSet can."
            )
        self._cluster.kubectl.run(
            "scale",
            f"--namespace={self._namespace}",
            f"--replicas={replicas}",
            f"{kind.lower()}/{self.name}",
        )
        self.wait_for_replicas(replicas, timeout)

    def wait_until_ready(self, timeout: float) -> None:
        """Wait until the workload is as its manifest says, or has done its job.

        Raises:
            HostError: It is not in time, or Kubernetes has given up.
        """
        lacks = ""
        for _ in looks(timeout):
            kind, workload = self._workload() or ("Service", {})
            reason = _why_it_has_failed(kind, workload)
            if reason:
                raise self._failure(f"has failed: {reason}")
            lacks = _what_lacks(kind, workload)
            if not lacks:
                return
        raise self._failure(f"was not ready in time: {lacks}")

    def host_names(self) -> list[str]:
        """Return the names of the hosts with pods that are ready, each once."""
        with_pods = {pod["spec"]["nodeName"] for pod in self.ready()}
        return [name for name in self._cluster.host_names if name in with_pods]

    def address(self, port: int, host: str | None) -> tuple[str, int]:
        """Return an address of this machine at which a port is reached.

        Args:
            port: That of the Service of this name, or else of the pods.
            host: Of which host; by default of any.

        Raises:
            HostError: There is no such port.
        """
        service = self._service()
        known = [each["port"] for each in service["spec"].get("ports", ())] if service else []
        declared = [
            each["containerPort"]
            for pod in self.pods()
            for container in pod["spec"]["containers"]
            for each in container.get("ports", ())
        ]
        known += declared
        if port not in known:
            names = ", ".join(str(each) for each in dict.fromkeys(known)) or "none"
            raise HostError(f"Service '{self.name}' has no port {port}. Ports: {names}.")
        return self._cluster.address(self, port, host)

    def port_of(self, pod: Description, port: int) -> int:
        """Return the port of a pod that a port of the service leads to."""
        service = self._service()
        ports = service["spec"].get("ports", ()) if service else ()
        target = next((each["targetPort"] for each in ports if each["port"] == port), port)
        if isinstance(target, int):
            return target
        return next(
            int(each["containerPort"])
            for container in pod["spec"]["containers"]
            for each in container.get("ports", ())
            if each.get("name") == target
        )

    def ready(self) -> list[Description]:
        """Return the pods that are ready, on hosts that run and are connected."""
        reachable = self._cluster.reachable_hosts()
        return [
            pod
            for pod in self.pods()
            if pod["spec"].get("nodeName") in reachable
            and serves(pod)
            and self._cluster.is_of_this_start(pod)
        ]

    def pods(self) -> list[Description]:
        """Return the pods of the service."""
        _, workload = self._workload() or ("", {})
        if workload:
            labels = workload["spec"]["selector"]["matchLabels"]
        else:
            labels = (self._service() or {}).get("spec", {}).get("selector") or {}
        if not labels:
            return []
        selector = quote(",".join(f"{name}={value}" for name, value in labels.items()))
        return self._cluster.api.items(
            f"/api/v1/namespaces/{self._namespace}/pods?labelSelector={selector}"
        )

    def _service(self) -> Description | None:
        return self._find("/api/v1", "services")

    def _workload(self) -> tuple[str, Description] | None:
        """Return kind and description of the workload; None if there is none of this name."""
        for kind, group in WORKLOADS.items():
            found = self._find(group, f"{kind.lower()}s")
            if found:
                return kind, found
        return None

    def _find(self, group: str, kinds: str) -> Description | None:
        named = f"fieldSelector=metadata.name%3D{self.name}"
        path = f"{group}/namespaces/{self._namespace}/{kinds}?{named}"
        return next(iter(self._cluster.api.items(path)), None)

    def _failure(self, what: str) -> HostError:
        """Return an error with what Kubernetes and the pods say."""
        parts = [f"Service '{self.name}' {what}."]
        pods = [pod for pod in self.pods() if not is_ready(pod)]
        pods.sort(key=lambda pod: str(pod["metadata"]["creationTimestamp"]), reverse=True)
        for pod in pods[:_MOST_PODS]:
            name = pod["metadata"]["name"]
            where = pod["spec"].get("nodeName")
            on = f" on {where}" if where else ""
            parts.append(f"Pod '{name}'{on} is {_state(pod)}.")
            parts += [
                f"  {event['reason']}: {event['message']}"
                for event in self._cluster.events(self._namespace)
                if event["involvedObject"].get("name") == name and event["type"] != "Normal"
            ][-2:]
        log = next(filter(None, map(self._log, pods)), "")
        if log:
            parts.append(f"Its log ended with:\n{log}")
        return HostError("\n".join(parts))

    def _log(self, pod: Description) -> str:
        """Return the end of the log of the container that has failed last."""
        name = pod["metadata"]["name"]
        for status in pod["status"].get("containerStatuses", ()):
            path = f"/api/v1/namespaces/{self._namespace}/pods/{name}/log"
            query = f"?container={status['name']}&tailLines={_TAIL}"
            if "waiting" in status["state"]:
                if not status["restartCount"]:
                    continue
                query += "&previous=true"
            try:
                return self._cluster.api.text(path + query).rstrip()
            except HostError:  # its host is lost, or the container has never run
                continue
        return ""


def is_ready(pod: Description) -> bool:
    """Whether all containers of a pod are ready."""
    return any(
        each["type"] == "Ready" and each["status"] == "True"
        for each in pod["status"].get("conditions", ())
    )


def serves(pod: Description) -> bool:
    """Whether a pod gets requests: it is ready, and is not to end."""
    return is_ready(pod) and "deletionTimestamp" not in pod["metadata"]


def _state(pod: Description) -> str:
    """Return what a pod does, as Kubernetes calls it."""
    states = [
        (name, details)
        for each in pod["status"].get("containerStatuses", ())
        for name, details in each["state"].items()
    ]
    reasons = [
        details["reason"] + (f" ({details['message']})" if details.get("message") else "")
        for _, details in states
        if "reason" in details
    ]
    if not reasons:
        reasons = [
            each["message"]
            for each in pod["status"].get("conditions", ())
            if each["status"] == "False" and each.get("message")
        ]
    return f"{pod['status']['phase']}: {reasons[0]}" if reasons else str(pod["status"]["phase"])


def _why_it_has_failed(kind: str, workload: Description) -> str:
    """Return why Kubernetes has given up; nothing if it has not."""
    if not workload or (kind != "Job" and not _is_observed(workload)):
        return ""
    for each in workload["status"].get("conditions", ()):
        is_late = each.get("reason") == "ProgressDeadlineExceeded"
        if is_late or (each["type"] == "Failed" and each["status"] == "True"):
            return str(each["message"])
    return ""


def _is_observed(workload: Description) -> bool:
    """Whether what Kubernetes says of a workload is about the newest version of its manifest."""
    observed = workload["status"].get("observedGeneration", 0)
    return bool(observed >= workload["metadata"]["generation"])


def _what_lacks(kind: str, workload: Description) -> str:
    """Return what a workload lacks; nothing if it is as its manifest says."""
    if not workload:
        return ""
    spec, status = workload["spec"], workload["status"]
    if kind == "Job":
        wanted, done = spec.get("completions", 1), status.get("succeeded", 0)
        return "" if done >= wanted else f"{done} of {wanted} pods have done their job"
    if not _is_observed(workload):
        return "Kubernetes has not looked at it yet"
    if kind == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        updated, ready = status.get("updatedNumberScheduled", 0), status.get("numberReady", 0)
        total = wanted
    else:
        wanted = spec.get("replicas", 1)
        updated, ready = status.get("updatedReplicas", 0), status.get("readyReplicas", 0)
        total = status.get("replicas", 0)
    if kind == "StatefulSet" and status.get("currentRevision") == status.get("updateRevision"):
        updated = wanted  # a StatefulSet says nothing of them once all are updated
    if min(updated, ready) >= wanted and total == wanted:
        return ""
    return f"{min(updated, ready)} of {wanted} pods are updated and ready"
