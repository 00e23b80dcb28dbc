"""Removes from a cluster what a test has put there when this process ends, however it ends."""

import signal
from pathlib import Path

from robot_cherrypy.hosts.kubernetes.kubectl import Kubectl
from robot_cherrypy.stack.guarded_program import GuardedProgram

# How long removing may take, in seconds: pods have their time to end.
_TIMEOUT = 300.0

_START_TIMEOUT = 60.0

# Its arguments are the words of the command line.
_SCRIPT = """
end() {
    trap '' TERM
    [ ! -s drained ] || "$@" uncordon $(cat drained)
    [ ! -s namespaces ] || "$@" delete namespace --ignore-not-found $(cat namespaces)
    exit
}
trap 'end "$@"' TERM
echo ready
while :; do sleep 86400 & wait $!; done
"""


class Remover:
    """A guarded program that deletes namespaces and lets drained hosts be used again.

    Args:
        kubectl: The command line of the cluster.
    """

    def __init__(self, kubectl: Kubectl) -> None:
        self._program = GuardedProgram(
            "The removal of stacks",
            ["/bin/sh", "-c", _SCRIPT, "remover", *kubectl.command],
            stop_signal=signal.SIGTERM,
            stop_timeout=_TIMEOUT,
        )
        self._program.wait_for_line("ready", _START_TIMEOUT)
        self._namespaces: list[str] = []
        self._drained: list[str] = []

    @property
    def folder(self) -> Path:
        """A folder that only this user can enter and that is deleted together with the rest."""
        return self._program.folder

    def add_namespace(self, name: str) -> None:
        """Delete a namespace at the end."""
        self._namespaces.append(name)
        self._write("namespaces", self._namespaces)

    def add_drained(self, host: str) -> None:
        """Let a host be used again at the end."""
        self._drained.append(host)
        self._write("drained", self._drained)

    def withdraw_drained(self, host: str) -> None:
        """Forget a host that is used again."""
        self._drained = [each for each in self._drained if each != host]
        self._write("drained", self._drained)

    def remove(self) -> str:
        """Remove all of it now; return what kubectl printed."""
        self._program.stop()
        return self._program.output.tail

    def _write(self, file: str, names: list[str]) -> None:
        (self.folder / file).write_text(" ".join(names))
