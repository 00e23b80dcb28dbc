"""Pauses a test where it fails, at the keyword `Pause`, and at each step that is asked for."""

import functools
import math
import signal
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

import robot.libraries.BuiltIn
import selenium.webdriver.support.wait as selenium_wait
import SeleniumLibrary.keywords.waiting as selenium_library_waiting
from robot.api import logger
from robot.api.interfaces import ListenerV3
from robot.running.context import EXECUTION_CONTEXTS
from robot.running.signalhandler import STOP_SIGNAL_MONITOR

from robot_cherrypy.pages.waiting import uses_page
from robot_cherrypy.patches.breakpoints import breakpoint_hook
from robot_cherrypy.patches.replacements import Replacements
from robot_cherrypy.patches.standing_time import time_in_modules
from robot_cherrypy.pauses import PAUSES, StandingTime
from robot_cherrypy.pausing.debugger import IGNORED, open_debugger
from robot_cherrypy.pausing.expected_failures import is_expected
from robot_cherrypy.pausing.prompt import Choice
from robot_cherrypy.pausing.stop import Stop
from robot_cherrypy.pausing.terminal import find_terminal
from robot_cherrypy.pausing.timeouts import stopped_timeouts

_Event = Callable[["PausingListener", Any, Any], None]


class _Options(Protocol):
    """The options of the library that are about pauses."""

    @property
    def debug(self) -> bool:
        """Whether a test is paused where it fails."""

    @property
    def slow(self) -> timedelta:
        """How long each keyword that uses a page is followed by nothing."""


def _once(event: _Event) -> _Event:
    """Handle an event once, though Robot Framework calls a listener for each import of a library.

    Nothing is handled in a dry run, nor for keywords that are run in a pause.
    """

    @functools.wraps(event)
    def handle(listener: "PausingListener", data: Any, result: Any) -> None:
        context = EXECUTION_CONTEXTS.current
        if listener.is_new(event.__name__, result) and context and not context.dry_run:
            event(listener, data, result)
            listener.is_new(event.__name__, result)  # also if others came meanwhile

    return handle


class PausingListener(ListenerV3):
    """Pauses the tests of one run.

    Args:
        options: Returns the options of the running suite.
        server_errors: Returns lines about those that the running test has had so far.
    """

    # Behind the listener that judges a test.
    ROBOT_LISTENER_PRIORITY = 1e9

    def __init__(
        self, options: Callable[[], _Options], server_errors: Callable[[], Sequence[str]]
    ) -> None:
        self._options = options
        self._server_errors = server_errors
        self._replacements = Replacements()
        self._is_installed = False
        self._stop: Stop | None = None  # that is going on
        self._wish: str | None = None
        self._has_stopped_at_failure = False
        self._has_quit = False
        self._has_told_failures = False  # are not paused at
        # Up to how many nested keywords the test is paused before the next one.
        self._step_depth = -math.inf
        self._last_event: tuple[str, Any] = ("", None)

    def is_new(self, event: str, result: Any) -> bool:
        """Whether an event is another than the last one."""
        last = self._last_event
        self._last_event = event, result
        return self._stop is None and (last[0] != event or last[1] is not result)

    def pause_after_keyword(self, message: str) -> None:
        """Pause the test when the running keyword has ended."""
        self._wish = message

    @_once
    def start_suite(self, _data: Any, _result: Any) -> None:
        """Have `breakpoint()` and waiting keywords know of pauses."""
        self._has_stopped_at_failure = False
        self._install()

    @_once
    def start_test(self, _data: Any, _result: Any) -> None:
        """Have a failure of this test be the first."""
        self._has_stopped_at_failure = False

    @_once
    def start_keyword(self, data: Any, result: Any) -> None:
        """Pause before a keyword that is stepped to."""
        if self._depth <= self._step_depth:
            self._pause("Before", "", data, result)

    @_once
    def end_keyword(self, data: Any, result: Any) -> None:
        """Pause at a failure, and where the keyword has asked for it; wait a little if slow."""
        self._install()
        self._tell_ignored()
        wish, self._wish = self._wish, None
        if wish is not None:
            self._pause("Paused at", wish, data, result)
        elif result.failed and self._is_first_failure():
            self._has_stopped_at_failure = True
            self._pause("Failed", result.message, data, result)
        elif uses_page(result.name or "", result.owner or ""):
            self._slow_down()

    @_once
    def end_test(self, data: Any, result: Any) -> None:
        """Pause if the test fails though none of its keywords did."""
        self._tell_ignored()
        # Messages of listeners are in the body as well.
        has_run = any(not getattr(item, "not_run", True) for item in result.body)
        if result.failed and has_run and not self._has_stopped_at_failure and self._options().debug:
            self._pause("Failed at its end", result.message, data, result)

    def log_message(self, message: Any) -> None:
        """Show what a keyword logs that was typed."""
        if self._stop is not None and message.level == "INFO" and not message.html:
            self._stop.show(message.message)

    def close(self) -> None:
        """Let everything be as before the run."""
        self._replacements.restore()
        self._is_installed = False

    @property
    def _depth(self) -> int:
        return len(EXECUTION_CONTEXTS.current.steps)

    def _is_first_failure(self) -> bool:
        steps = EXECUTION_CONTEXTS.current.steps
        is_wanted = self._options().debug and not self._has_stopped_at_failure
        return is_wanted and not is_expected(steps[:-1])

    def _tell_ignored(self) -> None:
        while IGNORED:
            logger.warn(IGNORED.popleft())

    def _install(self) -> None:
        if not self._is_installed:
            self._is_installed = True
            breakpoint_hook(self._replacements, open_debugger)
            modules = (robot.libraries.BuiltIn, selenium_library_waiting, selenium_wait)
            time_in_modules(self._replacements, modules, StandingTime())

    def _pause(self, title: str, message: str, data: Any, result: Any) -> None:
        if self._has_quit:
            return
        terminal = find_terminal()
        if isinstance(terminal, str):
            self._go_on_without(terminal, title)
            return
        self._step_depth = -math.inf
        self._stop = Stop(terminal, data, result)
        try:
            new = [line for line in self._server_errors() if line not in message]
            choice = self._stop.ask(title, "\n".join([*filter(None, [message]), *new]))
        finally:
            self._stop = None
        if choice is Choice.STEP:
            self._step_depth = math.inf
        elif choice is Choice.NEXT:
            self._step_depth = self._depth
        elif choice is Choice.QUIT:
            self._has_quit = True
            STOP_SIGNAL_MONITOR(signal.SIGINT, None)  # what Robot does at Ctrl-C

    def _go_on_without(self, reason: str, title: str) -> None:
        """Say that a test cannot be paused; of failures that is said once in a run."""
        if title == "Paused at":
            logger.warn(f"The test is not paused: {reason}.")
        elif not self._has_told_failures:
            self._has_told_failures = True
            logger.warn(f"Tests are not paused where they fail: {reason}.")

    def _slow_down(self) -> None:
        seconds = self._options().slow.total_seconds()
        if seconds:
            with stopped_timeouts(), PAUSES.pause():
                time.sleep(seconds)
