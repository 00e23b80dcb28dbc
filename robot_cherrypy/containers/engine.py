"""A container engine, by its own command line: Docker's and Podman's are alike."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from datetime import datetime as real_datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from robot_cherrypy.errors import ContainerError
from robot_cherrypy.processes.executables import find_executables

EngineName = Literal["docker", "podman"]

# How long a command may take, in seconds, of those that only look or change a state. They take a
# tenth of one.
_TIMEOUT = 60.0

# How long an engine may take to say that it is there, in seconds.
_SEARCH_TIMEOUT = 20.0

# How many lines of a container's log an error message shows: the traceback of an application.
_TAIL = 20

# What wall clocks show minus `time.monotonic`, in seconds; read before a test can move the clock.
WALL_CLOCK = time.time() - time.monotonic()


class Engine:
    """Docker or Podman.

    Args:
        name: Which.
        executable: Its command.
        options: What comes first on each command line, such as where the engine is.
    """

    def __init__(self, name: EngineName, executable: Path, options: Sequence[str] = ()) -> None:
        self.name = name
        self.executable = executable
        self._options = options

    def run(self, *arguments: str, timeout: float = _TIMEOUT) -> str:
        """Run a command of the engine; return what it printed.

        Raises:
            ContainerError: It failed, or took too long.
        """
        ended = self.try_to_run(*arguments, timeout=timeout)
        if ended.returncode:
            raise ContainerError(
                f"`{self.name} {arguments[0]}` failed: {last_lines(ended.stderr or ended.stdout)}"
            )
        return ended.stdout

    def try_to_run(
        self, *arguments: str, timeout: float = _TIMEOUT
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command of the engine, which may fail; return exit code and output.

        Raises:
            ContainerError: It took too long.
        """
        return run([str(self.executable), *self._options, *arguments], self.name, timeout=timeout)

    def inspect(self, *names: str) -> list[dict[str, Any]]:
        """Return what the engine knows of containers."""
        return list(json.loads(self.run("container", "inspect", *names))) if names else []

    def ids(self, label: str, *, running: bool = False) -> list[str]:
        """Return the identifiers of containers that have a label, `name=value`."""
        every = () if running else ("--all",)
        return self.run("ps", *every, "--quiet", "--no-trunc", "--filter", f"label={label}").split()

    def log(self, container: str, *, lines: int = _TAIL) -> str:
        """Return the end of what a container has printed."""
        ended = self.try_to_run("logs", "--tail", str(lines), container)
        return (ended.stdout + ended.stderr).rstrip()

    def log_since(self, container: str, start: float) -> list[tuple[float, str]]:
        """Return what a container has printed since a time, each line with its own.

        Args:
            container: Which.
            start: A time of `time.monotonic`; so are those of the lines.
        """
        since = timestamp(start)
        ended = self.try_to_run("logs", "--timestamps", "--since", since, container)
        lines = [*ended.stdout.splitlines(), *ended.stderr.splitlines()]
        return sorted(filter(None, map(timed_line, lines)), key=lambda line: line[0])

    @cached_property
    def host(self) -> str:
        """Where published ports are: loopback, unless the engine is on another machine."""
        url = urlsplit(os.environ.get("DOCKER_HOST", "") if self.name == "docker" else "")
        return (
            url.hostname if url.scheme in {"tcp", "ssh", "http"} and url.hostname else "127.0.0.1"
        )

    def address_for_containers(self) -> str:
        """Return the address at which to bind what containers have to reach.

        That is the one of Docker's bridge, which no other machine is routed to. With Podman, and
        with an engine in a virtual machine, it is not known before containers run: all addresses.
        """
        if self.name == "docker":
            form = "{{range .IPAM.Config}}{{.Gateway}} {{end}}"
            ended = self.try_to_run("network", "inspect", "bridge", "--format", form)
            for address in ended.stdout.split():
                with suppress(OSError), socket.socket() as trial:  # not an address of this machine
                    trial.bind((address, 0))
                    return address
        return "0.0.0.0"  # noqa: S104 - what comes needs a token


def run(
    command: Sequence[str],
    name: str,
    *,
    timeout: float,
    environment: Mapping[str, str] | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run a command; `name` is what an error calls it.

    Raises:
        ContainerError: It could not be run, or took too long.
    """
    try:
        return subprocess.run(  # noqa: S603 - commands of this room
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            env={**os.environ, **(environment or {})},
        )
    except subprocess.TimeoutExpired as error:
        raise ContainerError(f"{name} did not answer within {timeout:g} s.") from error
    except OSError as error:
        raise ContainerError(f"{name} cannot be run: {error.strerror}.") from error


def find_engine(name: EngineName | None = None) -> Engine:
    """Return an engine that answers.

    Args:
        name: Which; by default Docker, or Podman where no Docker answers.

    Raises:
        ContainerError: There is none; the message has the reasons.
    """
    reasons = []
    for candidate in (name,) if name else ("docker", "podman"):
        executable = next(find_executables([candidate]), None)
        if executable is None:
            reasons.append(f"{candidate} is not installed")
            continue
        engine = Engine(candidate, executable)
        ended = engine.try_to_run(
            "version", "--format", "{{.Server.Version}}", timeout=_SEARCH_TIMEOUT
        )
        if not ended.returncode or (candidate == "podman" and _podman_works(engine)):
            return engine
        reasons.append(f"{candidate} says '{last_lines(ended.stderr, 3)}'")
    raise ContainerError(f"There is no container engine: {'; '.join(reasons)}.")


def _podman_works(engine: Engine) -> bool:
    """Whether Podman works, which needs no server and so may have no version of one."""
    return engine.try_to_run("info", timeout=_SEARCH_TIMEOUT).returncode == 0


def last_lines(text: str, number: int = _TAIL) -> str:
    """Return the last lines of an output, for an error message."""
    return "\n".join(text.strip().splitlines()[-number:])


def timestamp(at: float) -> str:
    """Return a time of `time.monotonic` as RFC 3339 has it, which all engines read."""
    return real_datetime.fromtimestamp(at + WALL_CLOCK, UTC).isoformat()


def timed_line(line: str) -> tuple[float, str] | None:
    """Return time and text of a line of `logs --timestamps`, None of one without a time."""
    stamp, _, text = line.partition(" ")
    with suppress(ValueError):
        return real_datetime.fromisoformat(stamp).timestamp() - WALL_CLOCK, text
    return None
