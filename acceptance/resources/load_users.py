"""The users whom Locust simulates (Locust documentation, "Writing a locustfile").

Each user writes notes, one after the other, and changes each note once. A request that fails is
repeated as the page repeats it, until it is acknowledged. On SIGUSR1 each user finishes the current
note and stops. What `load` reads goes to the standard output: PROCESS with the process id at first,
STORED with the number of notes after each, OUTCOME with the results in JSON at last.
"""

import json
import os
import signal
import uuid
from typing import Any
from urllib.parse import urlsplit

import gevent
from gevent.lock import RLock
from locust import HttpUser, constant_pacing, events, task
from locust.env import Environment

# How often a request is sent, and after which pause in seconds: for 20 s at least. No test stops a
# part of the stack for so long.
_ATTEMPTS = 100
_PAUSE = 0.2

# How many notes are written at most, so that comparing them takes little time.
_MOST_NOTES = 5000

acknowledged: list[tuple[str, str]] = []
given_up: list[str] = []
users: list["Writer"] = []


class Writer(HttpUser):
    """A user who writes twenty notes a second, if the application is fast enough."""

    wait_time = constant_pacing(0.05)  # type: ignore[no-untyped-call]

    def on_start(self) -> None:
        """Create the lock that is held while a note is written."""
        self.writing = RLock()
        users.append(self)

    @task
    def write(self) -> None:
        """Write one note, unless there are many already."""
        with self.writing:
            if len(acknowledged) < _MOST_NOTES:
                self.write_note(f"Load {uuid.uuid4()}")

    def write_note(self, title: str) -> None:
        """Create a note and change it."""
        created = self.insist("POST", "/api/notes", title, "new", {"Idempotency-Key": title})
        if created is None:
            return
        known = {"If-Match": created.headers["ETag"]}
        if self.insist("PUT", created.headers["Location"], title, "changed", known) is None:
            return
        acknowledged.append((title, "changed"))
        print(f"STORED {len(acknowledged)}", flush=True)  # noqa: T201 - `load` reads it

    def insist(self, method: str, path: str, title: str, text: str, headers: dict[str, str]) -> Any:
        """Send a request until it is acknowledged; return the response, or None if it never was."""
        for _ in range(_ATTEMPTS):
            with self.client.request(
                method,
                path,
                name=method,
                json={"title": title, "text": text},
                headers=headers,
                timeout=30,
                catch_response=True,
            ) as response:
                if response.status_code in {200, 201}:
                    return response
                response.failure(f"{response.status_code} {response.text}")
            gevent.sleep(_PAUSE)
        given_up.append(f"{method} {title}")
        return None


@events.init.add_listener
def begin(environment: Environment, **_: Any) -> None:
    """Refuse to run against another machine; print the process id for the signal."""
    assert environment.host
    if urlsplit(environment.host).hostname != "127.0.0.1":
        raise SystemExit(f"The load is for this machine only, not for {environment.host}.")
    gevent.signal_handler(signal.SIGUSR1, finish, environment)
    print(f"PROCESS {os.getpid()}", flush=True)  # noqa: T201


def finish(environment: Environment) -> None:
    """Stop each user when its note is written."""
    for user in users:
        user.writing.acquire()
    assert environment.runner
    environment.runner.quit()


@events.quitting.add_listener
def report(environment: Environment, **_: Any) -> None:
    """Print the outcome."""
    total = environment.stats.total
    errors = sorted({str(error.error) for error in environment.stats.errors.values()})
    outcome = {
        "sent": total.num_requests,
        "answered": total.num_requests - total.num_failures,
        "failed": total.num_failures,
        "errors": errors,
        "acknowledged": acknowledged,
        "given_up": given_up,
    }
    print(f"OUTCOME {json.dumps(outcome)}", flush=True)  # noqa: T201
