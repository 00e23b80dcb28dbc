"""When a container is ready."""

import contextlib
import math
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime as real_datetime
from typing import Any

from robot_cherrypy.containers.engine import WALL_CLOCK, Engine, last_lines
from robot_cherrypy.errors import ContainerError

# How often the health checks of containers are run where nobody else does, in seconds: each is two
# commands, which keep a processor busy for a tenth.
_INTERVAL = 0.5

# For how many seconds a container has to run before it counts, and one that has ended before: what
# lacks a setting or a database ends within them.
_STARTED = 1.0
_RESTARTED = 5.0

# How long a server may take to close a connection that its engine has accepted without it, in
# seconds. Engines do so at once.
_REFUSAL_TIMEOUT = 0.3


@dataclass(frozen=True)
class _NotReady:
    """Why a container is not ready.

    Attributes:
        text: The reason, as the end of a sentence.
        is_final: Whether it will not become ready any more.
    """

    text: str
    is_final: bool = False

    def __str__(self) -> str:
        """Return the reason."""
        return self.text


def why_not_ready(state: Mapping[str, Any], published: Mapping[int, int]) -> _NotReady | None:
    """Return why a container is not ready; None if it is.

    It is ready when its health check passes; without one, when it accepts connections on the ports
    that it publishes; and when it has ended with exit code 0, as the job that it was. One that ends
    and is started again and again is never ready.

    Args:
        state: What the engine knows of it.
        published: The port on the host for each port of the container.
    """
    now = state["State"]
    if now["Status"] in {"exited", "dead", "stopped"}:
        code = now["ExitCode"]
        reason = _NotReady(f"it ended with exit code {code}", is_final=not _is_restarted(state))
        return reason if code else None
    if not now["Running"]:
        return _NotReady(f"it is {now['Status']}")
    return _why_just_started(state) or _why_no_answer(state, published)


def _why_just_started(state: Mapping[str, Any]) -> _NotReady | None:
    restarts = state.get("RestartCount", 0)
    if _uptime(state["State"]) >= (_RESTARTED if restarts else _STARTED):
        return None
    before = f", and has ended {restarts} times before" if restarts else ""
    return _NotReady(f"it has just started{before}")


def _why_no_answer(state: Mapping[str, Any], published: Mapping[int, int]) -> _NotReady | None:
    """Return why a container that runs is not ready, by its check or its ports."""
    now = state["State"]
    if _has_check(state):
        health = now.get("Health") or now.get("Healthcheck") or {}
        log = [entry["Output"].strip() for entry in health.get("Log") or ()]
        said = f", its check says: {last_lines(log[-1], 5)}" if log and log[-1] else ""
        status = health.get("Status") or "starting"
        if status == "healthy":
            return None
        return _NotReady(f"its health is '{status}'{said}", is_final=status == "unhealthy")
    # Podman shows the ports of the other container for one that shares its network.
    if state["HostConfig"].get("NetworkMode", "").startswith("container:"):
        return None
    for port, on_host in published.items():
        if not _accepts(on_host):
            return _NotReady(f"it accepts no connections on port {port}")
    return None


def _is_restarted(state: Mapping[str, Any]) -> bool:
    """Whether the engine will start a container again. Podman says meanwhile that it has ended."""
    policy = state["HostConfig"]["RestartPolicy"]
    most = policy.get("MaximumRetryCount") or math.inf
    return policy["Name"] not in {"", "no"} and bool(state.get("RestartCount", 0) < most)


def _has_check(state: Mapping[str, Any]) -> bool:
    check = state["Config"].get("Healthcheck") or {}
    return (check.get("Test") or ["NONE"]) != ["NONE"]


def _uptime(now: Mapping[str, Any]) -> float:
    """Return for how many seconds a container has run; many if clocks differ."""
    try:
        started = real_datetime.fromisoformat(now["StartedAt"]).timestamp()
    except (KeyError, ValueError):
        return math.inf
    uptime = WALL_CLOCK + time.monotonic() - started
    return uptime if uptime >= 0 else math.inf


def _accepts(port: int) -> bool:
    """Whether a server accepts connections behind a port of an engine, which itself always does.

    A server waits for what a client says, or speaks first; without one the connection is closed.
    """
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=1)
    except OSError:
        return False
    with connection:
        connection.settimeout(_REFUSAL_TIMEOUT)
        try:
            return bool(connection.recv(1))
        except TimeoutError:
            return True
        except OSError:
            return False


class HealthChecks:
    """Runs the health checks of Podman's containers for a while.

    Podman leaves that to systemd, which is not everywhere. Docker runs them itself.
    """

    def __init__(self, engine: Engine, label: str) -> None:
        """Run those of the containers that have a label."""
        self._engine, self._label = engine, label
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health checks", daemon=True)

    def __enter__(self) -> None:
        """Begin."""
        if self._engine.name == "podman":
            self._thread.start()

    def __exit__(self, *_: object) -> None:
        """End, when the checks that are running have ended."""
        self._is_over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(_INTERVAL):
            # A container may have ended meanwhile.
            with contextlib.suppress(ContainerError):
                for state in self._engine.inspect(*self._engine.ids(self._label, running=True)):
                    if _has_check(state) and not self._is_over.is_set():
                        self._engine.try_to_run("healthcheck", "run", state["Id"])
