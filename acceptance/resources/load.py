"""Keywords about a load that goes on in the background, made by Locust."""

import importlib.util
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from robot.api import SkipExecution, logger
from robot.api.deco import keyword, library

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import programs
from robot_cherrypy.stack.part import Part

_LOCUSTFILE = Path(__file__).parent / "load_users.py"
_START = 60
_STOP = 60
_STORED_BEFORE_A_TEST = 5


@library(scope="SUITE")
class load:  # noqa: N801 - Robot imports a library by the name of its file
    """Starts and stops Locust, and compares what it was told with what is stored."""

    def __init__(self) -> None:
        self._part: Part | None = None
        self._outcome: dict[str, Any] = {}

    @keyword
    def skip_without_stack(self) -> None:
        """Skip what needs programs or packages that are not there."""
        try:
            programs.postgresql()
            programs.haproxy()
            for name in ("locust", "sqlalchemy"):
                if not importlib.util.find_spec(name):
                    raise StackError(f"There is no Python package {name}.")  # noqa: TRY301
        except StackError as error:
            logger.warn(f"The suites about the stack are skipped. {error}")
            raise SkipExecution(str(error)) from None

    @keyword
    def make_tables(self, url: str) -> None:
        """Let the application's migrations make its tables."""
        from sample_app.notes.database import migrate  # noqa: PLC0415 - needs an extra

        migrate(url)

    @keyword
    def start_load(self, url: str) -> None:
        """Let four users write notes until they are stopped, for two minutes at most."""
        command = [
            *(sys.executable, "-m", "locust", "--headless", "--only-summary"),
            *("--locustfile", str(_LOCUSTFILE), "--host", url, "--loglevel", "WARNING"),
            *("--users", "4", "--spawn-rate", "4", "--run-time", "120s"),
        ]
        self._outcome = {}
        self._part = Part("Locust", command, stop_signal=signal.SIGTERM)

    @keyword
    def wait_until_notes_are_stored_by_the_load(self) -> None:
        """Wait until it has begun."""
        assert self._part is not None
        self._part.await_line(f"^STORED {_STORED_BEFORE_A_TEST}$", _START)

    @keyword
    def load_should_go_on(self) -> None:
        """Wait until a few more notes are stored than now."""
        assert self._part is not None
        before = self._part.output.count
        for _ in range(_STORED_BEFORE_A_TEST):
            self._part.await_line("^STORED", _START, after=before)
            before = self._part.output.count

    @keyword
    def stop_load(self) -> None:
        """Let every user finish the note at hand, and take the outcome in."""
        if self._part is None:
            return
        part, self._part = self._part, None
        try:
            process = int(part.await_line(r"^PROCESS \d+$", _START).split()[1])
            os.kill(process, signal.SIGUSR1)
            outcome = part.await_line("^OUTCOME ", _STOP)
        finally:
            part.end()
        self._outcome = json.loads(outcome.removeprefix("OUTCOME "))

    @keyword
    def load_should_be_stored(self, rows: list[list[str]], failed: int | None = 0) -> None:
        """Fail unless exactly the notes that were acknowledged are stored.

        Args:
            rows: Title and text of the stored ones.
            failed: How many requests may have failed before their repetition did not; None for any
                number.
        """
        outcome = self._outcome
        logger.info(
            f"{outcome['sent']} requests sent, {outcome['answered']} answered as they should be,"
            f" {outcome['failed']} failed; {len(outcome['acknowledged'])} notes acknowledged,"
            f" {len(rows)} stored."
        )
        stored = Counter((title, text) for title, text in rows)
        expected = Counter((title, text) for title, text in outcome["acknowledged"])
        if stored != expected or outcome["given_up"]:
            raise AssertionError(
                f"Lost: {list((expected - stored).elements())}, doubled or not acknowledged:"
                f" {list((stored - expected).elements())}, given up: {outcome['given_up']}."
            )
        if failed is not None and outcome["failed"] > failed:
            raise AssertionError(f"{outcome['failed']} requests failed: {outcome['errors']}.")
