"""Runs commands of engines that take minutes, and ends them together with this process."""

import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack.guarded_program import GuardedProgram

# Says with which exit code a command ended, as the last line of its output.
_ENDED = "command ended with exit code "
_WITH_EXIT_CODE = f'"$@"; echo "{_ENDED}$?"'

# Podman leaves the container of a build that is killed, and removes it if what runs in there has
# failed. So that is killed first; Podman itself is in a session of its own, out of reach of the
# guard's signal, until it has had no child for half a second.
_AFTER_BUILDS = """
setsid "$@" & podman=$!
end() {
    quiet=0
    while [ $quiet -lt 5 ]; do
        quiet=$((quiet + 1))
        for child in $(cat /proc/$podman/task/*/children); do
            quiet=0
            grep -q buildah-oci-runtime /proc/$child/cmdline && kill -KILL $child
        done
        sleep 0.1
    done 2>/dev/null
    kill $podman 2>/dev/null
    wait $podman
    exit
}
trap end TERM
wait $podman
"""

# How long Podman may take to remove the container of a build, in seconds. It takes one.
PODMAN_STOP_TIMEOUT = 20.0


def as_podman_ends(command: Sequence[str | Path]) -> list[str | Path]:
    """Return a command of Podman as one that removes the containers of its builds at SIGTERM."""
    shell = ["/bin/sh", "-c", _AFTER_BUILDS, "podman"] if sys.platform == "linux" else []
    return [*shell, *command]


def run_guarded(
    name: str,
    command: Sequence[str | Path],
    *,
    timeout: float,
    stop_signal: signal.Signals = signal.SIGKILL,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int | None, str]:
    """Run a command; return its exit code, None if it took too long, and what it printed.

    Args:
        name: What the command is called.
        command: Its path and arguments.
        timeout: How long it may take, in seconds.
        stop_signal: What ends it before.
        environment: Environment variables in addition to those of this process.
    """
    program = GuardedProgram(
        name,
        ["/bin/sh", "-c", _WITH_EXIT_CODE, "command", *command],
        stop_signal=stop_signal,
        stop_timeout=PODMAN_STOP_TIMEOUT,
        environment=environment,
    )
    code: int | None
    try:
        line = program.wait_for_line(_ENDED, timeout)
        code = int(line.strip().removeprefix(_ENDED))
    except StackError:
        code = None
    finally:
        program.stop()
    return code, program.output.text.rpartition(_ENDED)[0] or program.output.text
