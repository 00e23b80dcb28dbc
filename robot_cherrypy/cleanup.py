"""Actions that are run when a test or suite ends, however it ends."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, auto

from robot_cherrypy.errors import RobotCherryPyError

_Action = Callable[[], object]


class Stage(IntEnum):
    """When an action is run: one stage after the other, and in each the newest action first.

    What uses something is closed before it, whichever was opened first:

    - A response that a fault stalls does not end by itself, and would delay the stop of its server.
    - An open page may have a long poll or an event stream in flight. Its server would wait for
      them, cut them and name them in a warning. Browsers and WebSockets are clients of this kind.
    - A load balancer would take servers that stop for failed ones, and repeat requests at others.
    - An application may use its databases until its last request has ended; containers that were
      started beside it count as such.
    - An image cannot be removed while a container uses it.
    """

    FAULTS_AND_CLOCK = auto()
    CLIENTS = auto()
    LOAD_BALANCER = auto()
    SERVERS = auto()
    DATABASES = auto()
    IMAGES = auto()


class _CleanupError(Exception):
    """An action failed. The message names what it should have cleaned up, and whose it was."""


@dataclass(frozen=True, eq=False)
class _PlannedAction:
    owner: str
    name: str
    stage: Stage
    action: _Action

    def run(self, errors: list[_CleanupError]) -> None:
        try:
            self.action()
        except Exception as error:  # noqa: BLE001 - whatever fails here must stop no other action
            reason = str(error)
            if not isinstance(error, RobotCherryPyError):
                reason = f"{type(error).__name__}: {reason}"
            failed = _CleanupError(f"Cleanup of {self.name} after '{self.owner}' failed: {reason}")
            failed.__cause__ = error
            errors.append(failed)


class Cleanup:
    """The actions that are planned for the ends of tests and suites.

    Args:
        running: Returns the full name of the running suite and the name of the running test. The
            latter is None in the setup and teardown of a suite.
    """

    def __init__(self, running: Callable[[], tuple[str, str | None]]) -> None:
        self._running = running
        self._planned: list[_PlannedAction] = []

    def at_end_of_test(self, name: str, action: _Action, stage: Stage) -> None:
        """Plan an action for the end of the running test, or of the suite if no test runs.

        Args:
            name: What the action cleans up, such as "server 'shop'", for errors and `withdraw`.
            action: Called once, without arguments.
            stage: When it is run, among the actions for the same end.
        """
        suite, test = self._running()
        owner = suite if test is None else f"{suite}.{test}"
        self._planned.append(_PlannedAction(owner, name, stage, action))

    def at_end_of_suite(self, name: str, action: _Action, stage: Stage) -> None:
        """Plan an action for the end of the running suite; see `at_end_of_test`."""
        suite, _test = self._running()
        self._planned.append(_PlannedAction(suite, name, stage, action))

    def withdraw(self, name: str) -> None:
        """Remove the actions of this name, as a keyword has cleaned up what they are for."""
        self._planned = [planned for planned in self._planned if planned.name != name]

    def run(self, owner: str) -> list[_CleanupError]:
        """Run the actions of a test or suite, and any that are left of tests and suites inside it.

        Args:
            owner: The full name of the test or suite.

        Returns:
            The errors of actions that failed, none of which stops another action.
        """
        inside = f"{owner}."
        return self._run(
            [planned for planned in self._planned if f"{planned.owner}.".startswith(inside)]
        )

    def run_all(self) -> list[_CleanupError]:
        """Run all actions that are left; see `run`."""
        return self._run(self._planned)

    def _run(self, ending: list[_PlannedAction]) -> list[_CleanupError]:
        self._planned = [planned for planned in self._planned if planned not in ending]
        errors: list[_CleanupError] = []
        # The stack runs its callbacks from last to first. If an interrupt ends one (after a second
        # Ctrl-C Robot Framework raises SystemExit), it runs the others before it raises that again.
        with contextlib.ExitStack() as stack:
            for planned in sorted(ending, key=lambda planned: planned.stage, reverse=True):
                stack.callback(planned.run, errors)
        return errors
