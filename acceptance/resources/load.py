"""Keywords about users who write notes in the background, simulated by Locust."""

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
from robot_cherrypy.stack import executables
from robot_cherrypy.stack.guarded_program import GuardedProgram

_LOCUSTFILE = Path(__file__).parent / "load_users.py"
# How long Locust may take to start and to stop, in seconds: a user may repeat a request for 20 s.
_START = 60
_STOP = 60

# How many notes show that the load goes on.
_STORED_BEFORE_A_TEST = 5


@library(scope="SUITE")
class load:  # noqa: N801 - Robot imports a library by the name of its file
    """Starts and stops Locust, and compares what was acknowledged to it with what is stored."""

    def __init__(self) -> None:
        self._program: GuardedProgram | None = None
        self._outcome: dict[str, Any] = {}

    @keyword
    def skip_without_stack(self, databases: bool = False) -> None:
        """Skip the suite or test if a program or package for the stack is not installed.

        Args:
            databases: Whether MariaDB and Redis are needed, too.
        """
        try:
            executables.postgresql()
            executables.haproxy()
            if databases:
                executables.mariadb()
                executables.redis()
            for name in ("locust", "sqlalchemy"):
                if not importlib.util.find_spec(name):
                    raise StackError(f"There is no Python package {name}.")  # noqa: TRY301
        except StackError as error:
            logger.warn(f"The suites about the stack are skipped. {error}")
            raise SkipExecution(str(error)) from None

    @keyword
    def make_tables(self, url: str) -> None:
        """Create the tables by the migrations of the application."""
        from sample_app.notes.database import migrate  # noqa: PLC0415 - needs an extra

        migrate(url)

    @keyword
    def start_load(self, url: str) -> None:
        """Start four users, who write notes until they are stopped, for two minutes at most."""
        command = [
            *(sys.executable, "-m", "locust", "--headless", "--only-summary"),
            *("--locustfile", str(_LOCUSTFILE), "--host", url, "--loglevel", "WARNING"),
            *("--users", "4", "--spawn-rate", "4", "--run-time", "120s"),
        ]
        self._outcome = {}
        self._program = GuardedProgram("Locust", command, stop_signal=signal.SIGTERM)

    @keyword
    def wait_until_notes_are_stored_by_the_load(self) -> None:
        """Wait until the users have written their first notes."""
        assert self._program is not None
        self._program.wait_for_line(f"^STORED {_STORED_BEFORE_A_TEST}$", _START)

    @keyword
    def load_should_go_on(self) -> None:
        """Wait until a few more notes are stored than now."""
        assert self._program is not None
        before = self._program.output.count
        for _ in range(_STORED_BEFORE_A_TEST):
            self._program.wait_for_line("^STORED", _START, after=before)
            before = self._program.output.count

    @keyword
    def stop_load(self) -> None:
        """Stop each user after the current note, and read the outcome."""
        if self._program is None:
            return
        program, self._program = self._program, None
        try:
            process = int(program.wait_for_line(r"^PROCESS \d+$", _START).split()[1])
            os.kill(process, signal.SIGUSR1)
            outcome = program.wait_for_line("^OUTCOME ", _STOP)
        finally:
            program.stop()
        self._outcome = json.loads(outcome.removeprefix("OUTCOME "))

    @keyword
    def load_should_be_stored(self, rows: list[list[str]], failed: int | None = 0) -> None:
        """Fail unless exactly the notes that were acknowledged are stored.

        Args:
            rows: Title and text of each note that is stored.
            failed: How many requests at most may have failed before they were repeated; None for
                any number.
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
