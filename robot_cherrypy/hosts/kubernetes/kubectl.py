"""Kubernetes by its command line, `kubectl`, and by its API through `kubectl proxy`.

The command knows how to reach and to convince every cluster that there is. A look by the API takes
milliseconds, where a command takes a tenth of a second.
"""

import http.client
import json
import signal
from pathlib import Path
from typing import Any

from robot_cherrypy.containers.engine import last_lines, run
from robot_cherrypy.errors import ContainerError, HostError
from robot_cherrypy.hosts.unix_http import UnixConnection
from robot_cherrypy.processes.executables import find_executables
from robot_cherrypy.stack.guarded_program import GuardedProgram

# How long a command or a request may take, in seconds, on a busy machine.
_TIMEOUT = 60.0

# How many lines of what kubectl says an error message has.
_LINES = 6

Description = dict[str, Any]


class Kubectl:
    """The command line of a cluster.

    Args:
        kubeconfig: The file that says where clusters are; by default the one that kubectl takes.
        context: Which of those in the file; by default the current one.
        cache: Where it keeps what a cluster knows; by default below the home folder.

    Raises:
        HostError: There is no kubectl, or no such file.
    """

    def __init__(
        self,
        kubeconfig: Path | None = None,
        context: str | None = None,
        cache: Path | None = None,
    ) -> None:
        executable = next(find_executables(["kubectl"]), None)
        if executable is None:
            raise HostError(
                "kubectl, by which clusters of Kubernetes are reached, is not installed:"
                " https://kubernetes.io/docs/tasks/tools/"
            )
        if kubeconfig and not kubeconfig.is_file():
            raise HostError(f"There is no configuration of a cluster '{kubeconfig}'.")
        self.command = [str(executable)]
        if kubeconfig:
            self.command += ["--kubeconfig", str(kubeconfig)]
        if context:
            self.command += ["--context", context]
        if cache:
            self.command += ["--cache-dir", str(cache)]

    def run(self, *arguments: str, timeout: float = _TIMEOUT) -> str:
        """Run a command; return what it printed.

        Raises:
            HostError: It failed, or took too long.
        """
        name = f"`kubectl {arguments[0]}`"
        try:
            ended = run([*self.command, *arguments], name, timeout=timeout)
        except ContainerError as error:
            raise HostError(str(error)) from error
        if ended.returncode:
            raise HostError(f"{name} failed: {last_lines(ended.stderr or ended.stdout, _LINES)}")
        return ended.stdout


class KubernetesAPI:
    """The API of a cluster.

    Args:
        kubectl: The command line, of which a process connects to the cluster until `close`.
        timeout: How long that may take, in seconds.

    Raises:
        StackError: It did not start.
    """

    def __init__(self, kubectl: Kubectl, timeout: float = _TIMEOUT) -> None:
        self._program = GuardedProgram(
            "`kubectl proxy`",
            [*kubectl.command, "proxy", "--unix-socket=proxy.sock"],
            stop_signal=signal.SIGTERM,
        )
        self._program.wait_for_line("Starting to serve", timeout)

    def close(self) -> None:
        """Close it."""
        self._program.stop()

    def get(self, path: str, timeout: float = _TIMEOUT) -> Description:
        """Return what is at a path, such as `/api/v1/nodes`.

        Raises:
            HostError: The cluster does not respond, or says that it cannot.
        """
        return dict(json.loads(self.text(path, timeout)))

    def items(self, path: str) -> list[Description]:
        """Return the entries of the list at a path.

        Raises:
            HostError: Likewise.
        """
        return list(self.get(path)["items"])

    def text(self, path: str, timeout: float = _TIMEOUT) -> str:
        """Return what is at a path as text, such as a log.

        Raises:
            HostError: Likewise.
        """
        status, body = self._request("GET", path, None, timeout)
        if status != http.client.OK:
            raise HostError(f"Kubernetes says: {_message(body)}")
        return body

    def evict(self, pod: Description) -> bool:
        """Ask for the end of a pod in an orderly way; return whether its budget allows that now.

        Raises:
            HostError: Kubernetes says that it cannot.
        """
        described = {name: pod["metadata"][name] for name in ("name", "namespace")}
        path = "/api/v1/namespaces/{namespace}/pods/{name}/eviction".format(**described)
        # Kubernetes 1.20 and 1.21 know the older version of the group only, all others the newer.
        for version in ("v1", "v1beta1"):
            body = {"apiVersion": f"policy/{version}", "kind": "Eviction", "metadata": described}
            status, said = self._request("POST", path, json.dumps(body), _TIMEOUT)
            if status != http.client.BAD_REQUEST:
                break
        if status in {http.client.CREATED, http.client.OK, http.client.NOT_FOUND}:
            return True
        if status == http.client.TOO_MANY_REQUESTS:
            return False
        raise HostError(f"Pod '{described['name']}' cannot be evicted: {_message(said)}")

    def _request(self, method: str, path: str, body: str | None, timeout: float) -> tuple[int, str]:
        """Return status and body of a response."""
        connection = UnixConnection(self._program.folder / "proxy.sock", timeout)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise HostError(f"Kubernetes does not respond: {error!r}") from error
        finally:
            connection.close()


def _message(body: str) -> str:
    """Return what a response says in words."""
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.strip() or "nothing"
