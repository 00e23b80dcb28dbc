"""SeleniumLibrary's keywords, tried again until they pass or nothing can change any more."""

import contextlib
import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from weakref import WeakSet

from robot.api import logger
from robot.output.logger import LOGGER
from selenium.common import exceptions as selenium
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.webdriver import WebDriver
from SeleniumLibrary.errors import CookieNotFound, ElementNotFound, WindowNotFound

from robot_cherrypy.browser.drivers import tells_of_stale_element
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.pages.actions import SCRIPTS, Send, Target, obstacle, reads_only, targets
from robot_cherrypy.pages.activity import ACTIVITY
from robot_cherrypy.pages.observers import run_in_all_browsers, run_no_longer
from robot_cherrypy.pages.rest import Rest, Watch
from robot_cherrypy.pages.selenium import current_driver_of
from robot_cherrypy.patches.replacements import Replacements, active
from robot_cherrypy.patches.selenium_keywords import (
    held_messages,
    observed_commands,
    observed_keywords,
    observed_locators,
)
from robot_cherrypy.pauses import PAUSES

# What a check or a locator fails with.
_FAILURES = (
    AssertionError,
    ElementNotFound,
    WindowNotFound,
    CookieNotFound,
    selenium.WebDriverException,
)

# Failures of the driver that no time heals.
_LASTING = (
    selenium.InvalidArgumentException,
    selenium.InvalidSelectorException,
    selenium.InvalidSessionIdException,
    selenium.NoSuchWindowException,
    selenium.SessionNotCreatedException,
    selenium.TimeoutException,
    selenium.UnexpectedAlertPresentException,
)

# An action that fails so was not begun.
_NOT_BEGUN = (
    selenium.ElementClickInterceptedException,
    selenium.ElementNotInteractableException,
    selenium.InvalidElementStateException,
    selenium.NoSuchElementException,
    selenium.StaleElementReferenceException,
)

# Of these, the first steps may be done.
_OF_SEVERAL_STEPS = SCRIPTS | {Command.W3C_ACTIONS}

# How long a keyword is not tried again at first and later, in seconds. A page that shows something
# soon is not waited for much longer, and one that is slow is left in peace.
_PAUSES = (0.01, 0.02, 0.04, 0.08)
_LONGEST_PAUSE = 0.1

# These have an argument `timeout` and do not wait unless it is given.
_WAITING_IF_TOLD = frozenset({"switch_window"})


# What a command meets while a dialog is open.
_DIALOG = selenium.UnexpectedAlertPresentException

# Drivers that leave a dialog open that a command meets; others close it.
_LEAVING_DIALOGS: WeakSet[Any] = WeakSet()


def leaves_dialogs(driver: Any) -> None:
    """Know that a driver leaves dialogs open, as it was told to for the sake of retries."""
    _LEAVING_DIALOGS.add(driver)


def _as_if_closed(
    original: Any, is_again: object, driver: Any, command: Any, values: Any = None
) -> Any:
    """Send a command; close a dialog that it meets as drivers do, but not for a retry."""
    try:
        return original(driver, command, values)
    except _DIALOG:
        if driver in _LEAVING_DIALOGS and not is_again:
            with contextlib.suppress(selenium.NoAlertPresentException):
                original(driver, Command.W3C_DISMISS_ALERT)
        raise


@dataclass
class _Try:
    """One run of a keyword.

    Attributes:
        driver: The browser that is the current one before it.
        limit: For how long it is tried, in seconds.
        is_repeatable: Whether the keyword may be run again; if not, keywords that it calls may.
        waits_itself: Whether the keyword tries again by itself what it does.
        trusts_scripts: Whether the scripts that it runs only read.
        has_acted: Whether it has changed the page.
        is_again: Whether the keyword has been run before.
        is_last: Whether it has waited for an element in vain.
        notes: What the log shows of its waits.
        started: When its first run began. Of `PAUSES.monotonic`.
    """

    driver: Any
    limit: float
    is_repeatable: bool
    waits_itself: bool = False
    trusts_scripts: bool = False
    has_acted: bool = False
    is_again: bool = False
    is_last: bool = False
    notes: list[str] = field(default_factory=list)
    started: float = field(default_factory=PAUSES.monotonic)

    @property
    def deadline(self) -> float:
        """When the keyword has to have passed. Of `PAUSES.monotonic`."""
        return self.started + self.limit

    @property
    def is_part(self) -> bool:
        """Whether what the keyword calls is tried again with it only."""
        return self.is_repeatable or self.waits_itself


class Retries:
    """Runs the keywords of all SeleniumLibraries.

    A keyword that fails is tried again for as long as it has done nothing to the page but read it,
    and the page may still change. A command that acts on an element is sent when the element is
    ready for it.

    Args:
        servers: All servers of the test.
        limit: Returns for how long a keyword is tried, in seconds; 0 if it is not tried again.
    """

    def __init__(self, servers: Servers, limit: Callable[[], float]) -> None:
        self._rest = Rest(servers)
        self._limit = limit
        self._libraries: WeakSet[Any] = WeakSet()
        self._replacements = Replacements()
        self._running: list[_Try] = []
        self._outer_deadlines: list[float] = []

    def begin_outer_wait(self, limit: float) -> None:
        """A keyword begins that tries others again itself, for a time in seconds."""
        self._outer_deadlines.append(PAUSES.monotonic() + limit)

    def end_outer_wait(self) -> None:
        """The keyword that began so last has ended."""
        if self._outer_deadlines:  # it may have begun before this library was imported
            self._outer_deadlines.pop()

    def attach(self, libraries: list[Any]) -> None:
        """Run the keywords of these libraries from now on."""
        new = [library for library in libraries if library not in self._libraries]
        if new and not self._libraries:
            observed_commands(self._replacements, WebDriver, self._send)
            run_in_all_browsers("activity", ACTIVITY)
        for library in new:
            self._libraries.add(library)
            observed_keywords(self._replacements, library, partial(self._run, library))
            observed_locators(self._replacements, library, partial(self._run, library))

    def detach(self) -> None:
        """Leave all libraries as they were."""
        self._replacements.restore()
        self._libraries.clear()
        run_no_longer("activity")

    def _run(self, library: Any, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a keyword; one that a keyword calls which is tried again is a part of that."""
        outer = self._running[-1] if self._running else None
        is_part = outer is not None and outer.is_part
        limit = outer.deadline - PAUSES.monotonic() if outer and is_part else self._time_left()
        if limit <= 0 or (outer and outer.waits_itself):
            return method(*args, **kwargs)
        call = partial(method, *args, **kwargs)
        first = _first_try(method, current_driver_of(library), limit, args, kwargs)
        if (
            first.driver is not None
            and not first.waits_itself
            and _is_negative(method, args, kwargs)
        ):
            self._rest.wait_for_end(first.driver, limit)
        if is_part:
            return call()
        return self._call(call, first) if first.waits_itself else self._repeat(call, first)

    def _repeat(self, call: Callable[[], Any], first: _Try) -> Any:
        tries, watch = 0, Watch()
        before: tuple[list[Any], Any] = ([], None)
        while True:
            tries += 1
            current = replace(first, notes=[], is_again=tries > 1)
            messages, result, error = self._try(call, current)
            if tries > 1 and isinstance(error, _DIALOG) and self._rest.has_dialog(current.driver):
                messages, error = before
            before = messages, error
            end = "" if error is None else self._end(current, error, watch)
            if error is None or end:
                _release(messages)
                _log(tries, PAUSES.monotonic() - first.started, [*current.notes, end])
                if error is not None:
                    raise error
                return result
            time.sleep(_pause(tries, current.deadline))

    def _try(self, call: Callable[[], Any], current: _Try) -> tuple[list[Any], Any, Any]:
        """Run a keyword once; return what it has logged, its result, and how it has failed."""
        messages: list[Any] = []
        try:
            with active(held_messages, LOGGER, messages.append):
                return messages, self._call(call, current), None
        except _FAILURES as error:
            return messages, None, error
        except BaseException:
            _release(messages)
            raise

    def _call(self, call: Callable[[], Any], current: _Try) -> Any:
        self._running.append(current)
        try:
            return call()
        finally:
            self._running.pop()

    def _time_left(self) -> float:
        """Return for how long a keyword that begins now is tried, in seconds."""
        now = PAUSES.monotonic()
        return min([self._limit(), *(deadline - now for deadline in self._outer_deadlines)])

    def _end(self, current: _Try, error: Exception, watch: Watch) -> str:
        """Return why a keyword that has failed is not tried again; empty if it is."""
        if not current.is_repeatable or current.has_acted or current.is_last:
            return _SILENT
        if current.driver is None or isinstance(error, _LASTING):
            return _SILENT
        return self._end_of_wait(current, watch)

    def _end_of_wait(self, current: _Try, watch: Watch) -> str:
        left = current.deadline - PAUSES.monotonic()
        state = self._rest.state(current.driver, left if left > 0 else current.limit)
        if state.has_dialog:
            return "A dialog is open, which the next try would have closed."
        if left <= 0:
            return f"The time was over; still going on: {', '.join(state.changing) or 'nothing'}."
        if watch.is_at_rest(state.changing, state.version):
            return "Nothing could change any more: nothing was in flight, running or due in time."
        return ""

    def _send(self, original: Any, driver: Any, command: Any, values: Any = None) -> Any:
        """Send a command; one that acts on an element when that is ready for it."""
        original = partial(_as_if_closed, original, self._running and self._running[-1].is_again)
        if not self._running:
            return original(driver, command, values)
        current = self._running[-1]
        if current.is_again and self._rest.has_dialog(current.driver):
            raise _DIALOG
        if reads_only(command, values, trusts_scripts=current.trusts_scripts):
            return original(driver, command, values)
        for target in targets(command, values or {}):
            self._wait_until_ready(partial(original, driver), target, current)
        has_acted, current.has_acted = current.has_acted, True
        try:
            return original(driver, command, values)
        except selenium.WebDriverException as error:
            is_not_begun = isinstance(error, _NOT_BEGUN) or tells_of_stale_element(error)
            if is_not_begun and command not in _OF_SEVERAL_STEPS:
                current.has_acted = has_acted
            raise

    def _wait_until_ready(self, send: Send, target: Target, current: _Try) -> None:
        """Wait for an element; what only the driver can judge, it does in the end.

        Raises:
            WebDriverException: The action would have no effect on the element, and nothing can
                change that any more.
        """
        started, tries, watch, found = PAUSES.monotonic(), 0, Watch(), None
        while not self._rest.has_dialog(current.driver):
            with contextlib.suppress(selenium.JavascriptException):  # another kind of document
                found, before = obstacle(send, target, tries), found
                if found is None and before is not None:
                    elapsed = PAUSES.monotonic() - started
                    current.notes.append(f"Waited {elapsed:.2f} s: {before}")
            if found is None:
                return
            tries += 1
            end = self._end_of_wait(current, watch)
            if end:
                current.is_last = found.is_fatal
                if found.is_fatal:
                    current.notes.append(end)
                    raise found.as_error()
                current.notes.append(f"{found} {end}")
                return
            time.sleep(_pause(tries, current.deadline))


# The end of a keyword that need not be explained: it shows in its error.
_SILENT = " "


def _first_try(
    method: Callable[..., Any],
    driver: Any,
    limit: float,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> _Try:
    """Return how a keyword is run.

    Of keywords that are not SeleniumLibrary's own, those are run again whose names say that they
    check or return something: others may do more than what goes to the browser.
    """
    name = method.__name__
    if _waits_itself(method, kwargs, len(args)):
        return _Try(driver, limit, is_repeatable=False, waits_itself=True)
    is_own = str(inspect.unwrap(method).__module__).partition(".")[0] == "SeleniumLibrary"
    return _Try(
        driver,
        limit,
        is_repeatable=is_own or "should" in name or name.startswith("get_"),
        trusts_scripts=is_own and not name.startswith("execute"),
    )


def _waits_itself(method: Callable[..., Any], kwargs: dict[str, Any], given: int) -> bool:
    """Whether a keyword waits by itself: it may be told for how long, or its name says so."""
    name = method.__name__
    parameters = list(inspect.signature(method).parameters)
    if name.startswith("wait_") or "timeout" not in parameters:
        return name.startswith("wait_")
    is_told = "timeout" in kwargs or given > parameters.index("timeout")
    return is_told or name not in _WAITING_IF_TOLD


def _is_negative(method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a keyword checks that something is not there: an element, a text, a selection."""
    name = method.__name__
    if "should" not in name:
        return False
    try:
        bound = inspect.signature(method).bind(*args, **kwargs)
    except TypeError:  # it will fail
        return False
    bound.apply_defaults()
    is_none = bound.arguments.get("limit") == 0
    is_empty = "should_be" in name and not bound.arguments.get("expected", "something")
    return is_none or is_empty or "should_not" in name or "no_selections" in name


def _release(messages: list[Any]) -> None:
    """Log what was held."""
    for message in messages:
        LOGGER.log_message(message)


def _pause(tries: int, deadline: float) -> float:
    pause = _PAUSES[tries - 1] if tries <= len(_PAUSES) else _LONGEST_PAUSE
    return max(0.0, min(pause, deadline - PAUSES.monotonic()))


def _log(tries: int, elapsed: float, notes: list[str]) -> None:
    """Write one line about all tries, unless there was one that did not wait."""
    text = " ".join(note for note in notes if note.strip())
    if tries > 1:
        text = f"Tried {tries} times within {elapsed:.2f} s. {text}".strip()
    if text:
        logger.info(text)
