"""Removes what was made in an engine when this process ends, however it ends."""

import signal
from pathlib import Path

from robot_cherrypy.containers.engine import Engine
from robot_cherrypy.errors import ContainerError
from robot_cherrypy.stack.guarded_program import GuardedProgram

# How long removing may take, in seconds: killing and removing a container takes up to one, and many
# times that where several test runs share a machine.
_TIMEOUT = 120.0

# Removes what has the label, until nothing is there in two rounds: an engine may still be making
# what a killed command has ordered. A container is unpaused first, as Podman removes no paused one.
_SCRIPT = """
engine=$1 label=label=$2
remove() {
    some=
    ids=$("$engine" ps --all --quiet --filter "$label") && [ "$ids" ] && some=1 && {
        "$engine" unpause $ids >/dev/null 2>&1
        "$engine" rm --force --volumes $ids
    }
    for kind in network volume; do
        ids=$("$engine" $kind ls --quiet --filter "$label") && [ "$ids" ] && some=1 &&
            "$engine" $kind rm $ids
    done
    ids=$("$engine" image ls --quiet --filter "$label") && [ "$ids" ] && some=1 &&
        "$engine" image rm --force $ids
    [ "$some" ]
}
end() {
    trap '' TERM
    round=0 empty=0
    while [ $empty -lt 2 ] && [ $round -lt 30 ]; do
        if remove >/dev/null; then empty=0; else empty=$((empty + 1)); fi
        round=$((round + 1))
        [ $empty -lt 2 ] && sleep 0.2
    done
    exit
}
trap end TERM
echo ready
while :; do sleep 86400 & wait $!; done
"""


class Reaper:
    """Removes all containers, networks, volumes and images that have a label.

    It is a guarded program, and so does its work at its own stop as well as when this process is
    killed: there is one way to remove, which every run uses.
    """

    def __init__(self, engine: Engine, label: str) -> None:
        """Start the program.

        Args:
            engine: Whose containers.
            label: The label, `name=value`.
        """
        self._engine, self._label = engine, label
        self._program = GuardedProgram(
            f"removal of {label.rpartition('=')[2]}",
            ["/bin/sh", "-c", _SCRIPT, "reaper", str(engine.executable), label],
            stop_signal=signal.SIGTERM,
            stop_timeout=_TIMEOUT,
        )
        self._program.wait_for_line("ready", 60.0)

    @property
    def folder(self) -> Path:
        """A folder that only this user can enter and that is deleted together with the rest."""
        return self._program.folder

    def remove(self) -> None:
        """Remove all of it now.

        Raises:
            ContainerError: Containers are left.
        """
        self._program.stop()
        left = self._engine.ids(self._label)
        if left:
            raise ContainerError(f"{len(left)} containers are left{self._program.output.tail}")
