"""What the library does when keywords, tests and suites start and end."""

import contextlib
import functools
import math
import time
import traceback
from collections.abc import Callable
from typing import Any

from robot.api.interfaces import ListenerV3
from robot.libraries.BuiltIn import BuiltIn
from robot.result import TestCase, TestSuite
from robot.utils import timestr_to_secs
from selenium.common.exceptions import WebDriverException
from urllib3.exceptions import HTTPError

from robot_cherrypy.cleanup import Cleanup
from robot_cherrypy.errors import MissingExtraError
from robot_cherrypy.evidence import log_messages, logger, verdict
from robot_cherrypy.evidence.arguments import with_values
from robot_cherrypy.evidence.collector import Collector
from robot_cherrypy.evidence.end_of_process import warn_of_lasting_threads
from robot_cherrypy.evidence.exit_on_failure import ExitOnFailure
from robot_cherrypy.evidence.findings import refused_page
from robot_cherrypy.evidence.judge import Judge
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.evidence.listener_guard import ListenerGuard
from robot_cherrypy.evidence.options import ListenerOptions
from robot_cherrypy.evidence.run_history import RunHistory, TestRecord
from robot_cherrypy.harness.clock import CLOCK
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.pages.clock import PageClocks
from robot_cherrypy.pages.film import Film
from robot_cherrypy.pages.retries import Retries
from robot_cherrypy.pages.selenium import (
    changes_pages,
    imported_libraries,
    open_browsers,
    selenium_libraries,
)
from robot_cherrypy.pages.view import browser_errors, typed_passwords, watch_browsers
from robot_cherrypy.pages.waiting import PageWait, is_click, may_send, uses_page
from robot_cherrypy.pauses import PAUSES

# The library that has this listener called in suites inside of one that imports the package.
_INNER_SUITE = "robot_cherrypy.evidence.run.InnerSuite"

_Event = Callable[["TestListener", Any, Any], None]


def _once(event: _Event) -> _Event:
    """Handle an event once, though Robot Framework calls a listener for each import of a library.

    In a dry run there is nothing to handle. What goes wrong in an event is a fault of this library.
    """

    @functools.wraps(event)
    def handle(listener: "TestListener", data: Any, result: Any) -> None:
        builtin: Any = BuiltIn()
        PAUSES.wait_until_over()
        if listener.is_new(event.__name__, result) and not builtin.dry_run_active:
            listener.guard.run(event, listener, data, result)

    return handle


class TestListener(ListenerV3):
    """Records tests and keywords, and at their ends judges, logs evidence and cleans up.

    There is one in a run. A library that is imported in a test, by `Import Library`, is called for
    the first time at the end of that keyword: the listener sees the ends of that test and suite,
    but not their starts.

    Args:
        servers: The servers of the run.
        history: Where tests and keywords are recorded.
        judge: Assigns server errors to tests.
        page_clocks: The clocks of open pages.
        cleanup: The actions that are run at the ends of tests and suites.
        ended: Called at the end of the run.
    """

    # Before all other listeners: what they are told at the end of a test is then its final status.
    # The order of those with the same priority is that of their registration.
    ROBOT_LISTENER_PRIORITY = float("inf")

    def __init__(
        self,
        servers: Servers,
        history: RunHistory,
        judge: Judge,
        page_clocks: PageClocks,
        cleanup: Cleanup,
        *,
        ended: Callable[[], None],
    ) -> None:
        self.guard = ListenerGuard()
        self._servers = servers
        self._history = history
        self._judge = judge
        self._page_clocks = page_clocks
        self._cleanup = cleanup
        self._ended = ended
        self._collector = Collector(servers, history)
        self._retries = Retries(servers, self._retry_seconds)
        self._film = Film()
        self._page_wait = PageWait(servers)
        self._exit_on_failure = ExitOnFailure()
        self._browser_errors: list[str] = []
        self._is_told_where = False
        self._ended_by_signal: TestRecord | None = None
        # When the test began to use the page that it found. Of `time.monotonic`, in seconds.
        self._page_used = math.inf
        self._last_event: tuple[str, Any] = ("", None)
        self._suite: Any = None

    def is_new(self, event: str, result: Any) -> bool:
        """Whether an event is another than the last one."""
        name, last = self._last_event
        self._last_event = event, result
        return name != event or last is not result

    @_once
    def start_suite(self, data: Any, _result: Any) -> None:
        """Have the listener called in the suites inside of this one."""
        self._exit_on_failure.skip_fixtures(data)
        self._page_wait.start_suite()
        self._import_in_inner_suites(data)

    @_once
    def start_test(self, data: Any, result: Any) -> None:
        """Record the test; assign no error that came before to it."""
        self._exit_on_failure.fail_test(data, result)
        self.guard.run(self._judge.assign_new_errors)
        self.guard.run(self._warn_of_ended_servers)
        self._history.start_test(result.full_name)

    @_once
    def start_keyword(self, _data: Any, result: Any) -> None:
        """Record the keyword; collect evidence before the teardown of a test runs."""
        is_fixture = result.type in {"SETUP", "TEARDOWN"}
        if is_fixture and isinstance(result.parent, TestSuite):
            self.guard.run(self._judge.assign_new_errors)
            self._history.start_test(result.parent.full_name, is_test=False)
        if result.type == "TEARDOWN" and isinstance(result.parent, TestCase):
            self.guard.run(self._start_teardown, result.parent)
        if self.options.retry_checks:
            self.guard.run(self._retries.attach, selenium_libraries())
        if _is_outer_wait(result):
            self.guard.run(self._begin_outer_wait, with_values(tuple(map(str, result.args))))
        if uses_page(result.name or "", result.owner or ""):
            self._page_used = min(self._page_used, time.monotonic())
        arguments = tuple(map(str, result.args))
        self.guard.run(SECRETS.add_keyword, result.name or "", arguments)
        if may_send(result.name or "", result.owner or ""):
            self.guard.run(_learn_passwords)
        arguments = with_values(arguments)
        if self.options.evidence != "never" and is_click(result.name or "", result.owner or ""):
            self.guard.run(self._collector.look_before_click, result.name, (*arguments, "")[0])
        self._history.start_step(result.name or "", arguments)

    def start_user_keyword(self, data: Any, implementation: Any, result: Any) -> None:
        """Know the secrets among its arguments; then as for any keyword."""
        self.guard.run(SECRETS.add_parameters, implementation.args, tuple(map(str, result.args)))
        self.start_keyword(data, result)

    def start_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:
        """Do the same for keywords of libraries."""
        self.start_user_keyword(data, implementation, result)

    @_once
    def start_for_iteration(self, _data: Any, result: Any) -> None:
        """Record an iteration of a loop like a keyword."""
        values = [f"{name} = {value}" for name, value in result.assign.items()]
        self._history.start_step("FOR", tuple(values))

    @_once
    def end_for_iteration(self, _data: Any, result: Any) -> None:
        """Record the end of an iteration."""
        self._history.end_step(result.status)

    @_once
    def start_while_iteration(self, _data: Any, _result: Any) -> None:
        """Record an iteration of a loop like a keyword."""
        self._history.start_step("WHILE", ())

    @_once
    def end_while_iteration(self, _data: Any, result: Any) -> None:
        """Record the end of an iteration."""
        self._history.end_step(result.status)

    def log_message(self, message: Any) -> None:
        """Shorten what others log and the evidence shows better."""
        self.guard.run(self._shorten, message)

    @_once
    def end_keyword(self, data: Any, result: Any) -> None:
        """Wait for the page after a click; log new server errors below the keyword."""
        name, library = result.name or "", result.owner or ""
        if _is_outer_wait(result):
            self._retries.end_outer_wait()
        if changes_pages(library):
            self.guard.run(watch_browsers)
        if result.passed and is_click(name, library):
            self.guard.run(self._wait_for_page, name)
        self._history.end_step(result.status)
        if result.failed:
            result.message = log_messages.explained(result.message)
            self.guard.run(self._tell_where_servers_are, result.message)
        self.guard.run(self._log_new_errors)
        if changes_pages(library):
            self.guard.run(self._add_picture)
        if CLOCK.is_moved:
            self.guard.run(self._page_clocks.synchronize_new)
        if isinstance(result.parent, TestSuite):
            self._end_fixture(data, result)
        elif self._history.current is None:
            self.guard.run(self._start_unseen_test, result)

    @_once
    def end_test(self, _data: Any, result: Any) -> None:
        """Fail the test if a server failed it; log the evidence if the test failed; clean up."""
        had_failed = result.failed
        test = self._history.current_test or self._history.start_test(result.full_name)
        result.message = log_messages.without_driver_stack(result.message)
        if self._has_run(test):
            self.guard.run(self._judge.wait_for_end)
            self.guard.run(self._tell_requests_left)
            self.guard.run(self._collect_browser_errors)
        self.guard.run(self._judge_result, result)
        self.guard.fail(result)
        if self._has_run(test):
            self.guard.run(self._log_evidence, test, result)
        test.has_passed = result.passed
        self._end(is_judged=True)
        self._clean_up(result.full_name)
        self.guard.fail(result)
        if not had_failed:
            self._exit_on_failure.note_failure(result)

    @_once
    def end_suite(self, data: Any, result: Any) -> None:
        """Log server errors that can fail no test any more; clean up."""
        self.guard.run(self._judge.assign_new_errors)
        self.guard.run(self._log_unjudged_errors)
        self._clean_up(result.full_name)
        self._page_wait.end_suite()
        self._suite = result
        if result.parent is None:
            self._clean_up()  # what is left: the report can still tell what goes wrong
        self.guard.fail_suite(result, data)

    def close(self) -> None:
        """Clean up what is left at the end of the run."""
        self._clean_up()
        self._retries.detach()
        self.guard.run(warn_of_lasting_threads)
        self.guard.fail_run(self._suite)
        self._ended()

    @property
    def options(self) -> ListenerOptions:
        """What the imports of the running suite ask for, or else those of the suites around it."""
        libraries = imported_libraries()
        for attribute in ("listener_options", "outer_options"):
            imports = [getattr(library, attribute, None) for library in libraries]
            known = [options for options in imports if isinstance(options, ListenerOptions)]
            if known:
                return ListenerOptions.strictest(known)
        return ListenerOptions()

    def _begin_outer_wait(self, arguments: tuple[str, ...]) -> None:
        """Let no keyword be tried again for longer than one around it allows."""
        limit = math.inf
        with contextlib.suppress(ValueError, IndexError):  # it is a number of tries
            limit = timestr_to_secs(arguments[0])
        self._retries.begin_outer_wait(limit)

    def _retry_seconds(self) -> float:
        return self.options.retry_checks.total_seconds()

    def _import_in_inner_suites(self, suite: Any) -> None:
        for inner in suite.suites:
            imports = inner.resource.imports
            if not any(imported.name == _INNER_SUITE for imported in imports):
                imports.library(_INNER_SUITE, args=self.options.as_arguments())

    def _shorten(self, message: Any) -> None:
        shortened = log_messages.without_driver_stack(message.message)
        if message.html and self.options.evidence != "never":
            shortened = log_messages.with_linked_picture(shortened, self._history.running_keyword)
        if shortened != message.message:
            message.message = shortened

    def _warn_of_ended_servers(self) -> None:
        for message in self._servers.unexpected_ends():
            logger.warn(f"Between tests: {message}")

    def _start_unseen_test(self, result: Any) -> None:
        """Record a test whose start was not seen, as the library was imported in it."""
        parent = result.parent
        while parent is not None and not isinstance(parent, TestCase):
            parent = getattr(parent, "parent", None)
        if parent is not None:
            self._history.start_test(parent.full_name).has_run = True

    def _wait_for_page(self, click: str) -> None:
        options = self.options
        if not options.wait_after_clicks:
            return
        seconds = options.timeout.total_seconds()
        for driver in open_browsers()[:1]:
            if left := self._page_wait.wait(driver, seconds, self._history.step_started):
                logger.info(f"What '{click}' set off was not done within {seconds:g} s. {left}")

    def _log_new_errors(self) -> None:
        for error in self._judge.assign_new_errors():
            logger.info(log_messages.server_error(error, SECRETS.masker()), html=True)

    def _tell_requests_left(self) -> None:
        """Log what the test leaves in flight: a server that stops later may have to cut it."""
        left = [
            f"{request}, by {request.handler}" if request.handler else str(request)
            for request in self._judge.requests_left()
        ]
        if left:
            logger.info(f"Still in flight at the end of this test: {'; '.join(left)}.")

    def _log_unjudged_errors(self) -> None:
        for message in self._judge.pop_unjudged():
            logger.error(message)

    def _add_picture(self) -> None:
        if self.options.evidence == "always":
            self._film.add_picture()

    def _start_teardown(self, result: TestCase) -> None:
        test = self._history.current_test
        self._judge.assign_new_errors()
        self._collect_browser_errors()
        failed = result.failed or bool(self._reasons(result))
        if test is not None and self._has_run(test) and self._is_wanted(failed=failed):
            self._collect(test)

    def _tell_where_servers_are(self, message: str) -> None:
        """Log at once, and once for a test, the stacks of servers if a keyword was stopped.

        After a signal, little time may be left: the evidence is logged as well, before a teardown.
        """
        test, by_signal = self._history.current, verdict.is_by_signal(message)
        if test is None or self._is_told_where or not self._has_run(test):
            return
        if not by_signal and not verdict.is_by_timeout(message):
            return
        self._is_told_where = True
        stacks = "\n".join(f"{title}\n{text}" for title, text in self._servers.stacks())
        logger.info(f"Where the servers are:\n\n{stacks or 'They run no code of an application.'}")
        if by_signal:
            self._ended_by_signal = test
            if stacks:
                logger.console(f"\nWhere the servers are:\n\n{stacks}")
        if verdict.ends_the_test(message) and self.options.evidence != "never":
            self._collect(test)
            self._collector.add_stacks(stacks)
            if by_signal:
                logger.info(self._collector.render_block(self._collector.evidence(test)), html=True)

    def _has_run(self, test: TestRecord) -> bool:
        """Whether a test has run; after a signal, others only start and end."""
        return test.has_run and self._ended_by_signal in {None, test}

    def _end_fixture(self, data: Any, result: Any) -> None:
        """Log the evidence of the setup or teardown of a suite if it failed.

        A listener cannot make a setup fail afterwards. So server errors in it are reported as
        errors of the run, unless the evidence shows them.
        """
        self.guard.run(self._import_in_inner_suites, data.parent)
        fixture = self._history.current
        is_shown = result.failed and self.options.evidence != "never"
        if fixture is not None and is_shown:
            self.guard.run(self._judge.wait_for_end)
            self.guard.run(self._log_evidence, fixture, result)
        self._end(is_judged=is_shown)

    def _collect(self, test: TestRecord) -> None:
        self._collector.collect(test, self.options.evidence_budget.total_seconds())

    def _log_evidence(self, test: TestRecord, result: Any) -> None:
        if self._is_wanted(failed=result.failed):
            self._collect(test)
            evidence = self._collector.evidence(test, self._finished_film(), failed=result.failed)
            logger.info(self._collector.render_block(evidence), html=True)
            if result.failed:
                verdict.add_reasons(result, refused_page(evidence))

    def _end(self, *, is_judged: bool) -> None:
        """Forget the state of the test, or of the suite setup or teardown, that has just ended."""
        self.guard.run(self._collector.clear)
        self.guard.run(self._film.clear)
        self._browser_errors = []
        self._is_told_where = False
        self._page_used = math.inf
        self._judge.end_test(is_judged=is_judged)
        self._history.end_test()

    def _finished_film(self) -> bytes:
        if self.options.evidence != "always":
            return b""
        try:
            return self._film.as_webp()
        except MissingExtraError as error:
            logger.info(str(error))
            return b""

    def _judge_result(self, result: Any) -> None:
        reasons = [*self._reasons(result), *self._servers.unexpected_ends()]
        if reasons:
            _learn_passwords()
        verdict.fail(result, reasons)

    def _collect_browser_errors(self) -> None:
        """Read the consoles of open browsers, before the teardown, which may close them, and after.

        An error is kept once, though a console shows it at both times.
        """
        test = self._history.current_test
        if test is not None and self.options.fail_on_browser_error:
            with contextlib.suppress(WebDriverException, HTTPError):  # the browser has ended
                for error in browser_errors(test.started, self._page_used):
                    if error not in self._browser_errors:
                        self._browser_errors.append(error)

    def _reasons(self, result: Any) -> list[str]:
        """Return why the running test fails, whatever its keywords say."""
        reasons = []
        if self.options.fail_on_server_error:
            is_complete = not result.skipped or verdict.may_fail(result)
            reasons = self._judge.verdict(is_complete=is_complete)
        return [*reasons, *(f"Browser error: {error}" for error in self._browser_errors)]

    def _is_wanted(self, *, failed: bool) -> bool:
        """Whether evidence is collected for a test that passed or failed."""
        evidence = self.options.evidence
        return evidence == "always" or (evidence == "failure" and failed)

    def _clean_up(self, owner: str | None = None) -> None:
        """Run the actions for the end of a test or suite, or all that are left."""
        self.guard.run(self._run_cleanup, owner)

    def _run_cleanup(self, owner: str | None) -> None:
        errors = self._cleanup.run_all() if owner is None else self._cleanup.run(owner)
        for error in errors:
            logger.error(str(error))
            logger.info("".join(traceback.format_exception(error)))


def _is_outer_wait(result: Any) -> bool:
    return (result.owner, result.name) == ("BuiltIn", "Wait Until Keyword Succeeds")


def _learn_passwords() -> None:
    """Mask from now on what is typed into a page: servers and consoles may soon tell it."""
    SECRETS.add(typed_passwords())
