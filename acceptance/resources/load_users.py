"""What the users of the load do (Locust's documentation, "Writing a locustfile").

Each writes notes, one after the other, and changes each one once. A request that fails is repeated
as the page does it, until it is acknowledged. SIGUSR1 lets every user finish the note at hand.
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

_ATTEMPTS = 100
_PAUSE = 0.2
_MOST_NOTES = 5000

acknowledged: list[tuple[str, str]] = []
given_up: list[str] = []
users: list["Writer"] = []


class Writer(HttpUser):
    """Somebody who writes twenty notes a second, if the application is that fast."""

    wait_time = constant_pacing(0.05)  # type: ignore[no-untyped-call]

    def on_start(self) -> None:
        """Have a lock that is held while a note is being written."""
        self.writing = RLock()
        users.append(self)

    @task
    def write(self) -> None:
        """Write one note, if there are not too many already."""
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
        print(f"STORED {len(acknowledged)}", flush=True)  # noqa: T201 - whoever started us reads it

    def insist(self, method: str, path: str, title: str, text: str, headers: dict[str, str]) -> Any:
        """Send a request until it is acknowledged; return the answer, or None to give up."""
        for _ in range(_ATTEMPTS):
            with self.client.request(
                method,
                path,
                name=method,
                json={"title": title, "text": text},
                headers=headers,
                timeout=30,
                catch_response=True,
            ) as answer:
                if answer.status_code in {200, 201}:
                    return answer
                answer.failure(f"{answer.status_code} {answer.text}")
            gevent.sleep(_PAUSE)
        given_up.append(f"{method} {title}")
        return None


@events.init.add_listener
def begin(environment: Environment, **_: Any) -> None:
    """Refuse any host but this one; tell whom to signal."""
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
    """Tell what came of it."""
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
