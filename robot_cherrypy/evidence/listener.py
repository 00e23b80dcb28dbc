"""The listener's half of the library: follows the tests, and has its say when one ends."""

import contextlib
import html
import time
from typing import Any, Literal

from robot.api import logger
from robot.result import TestCase
from selenium.common.exceptions import WebDriverException
from urllib3.exceptions import HTTPError

from robot_cherrypy.errors import MissingExtraError
from robot_cherrypy.evidence.browser_side import browser_errors, open_browsers
from robot_cherrypy.evidence.chronicle import Chronicle
from robot_cherrypy.evidence.collector import Collector
from robot_cherrypy.evidence.judge import Judge
from robot_cherrypy.evidence.owners import Owners
from robot_cherrypy.evidence.page_clock import PageClocks
from robot_cherrypy.evidence.recording import Recording
from robot_cherrypy.evidence.waiting import CLICKS, wait_for_page
from robot_cherrypy.harness.clock import CLOCK
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.traffic.exchange import ServerFailure

_RESERVED = 0.1
"""What is left of the time for evidence when a teardown begins, for the end of the test."""

EvidenceOption = Literal["failure", "always", "never"]


class TestListener:
    """What the library does when tests and keywords start and end."""

    def __init__(
        self,
        servers: Servers,
        chronicle: Chronicle,
        judge: Judge,
        owners: Owners,
        pages: PageClocks,
        *,
        fail_on_server_error: bool,
        fail_on_browser_error: bool,
        evidence: EvidenceOption,
        wait_after_clicks: float | None,
    ) -> None:
        self._servers = servers
        self._owners = owners
        self._pages = pages
        self._collector = Collector(servers)
        self._recording = Recording() if evidence == "always" else None
        self._evidence = evidence
        self._chronicle = chronicle
        self._judge = judge
        self._wait_after_clicks = wait_after_clicks
        self._fail_on_browser_error = fail_on_browser_error
        self._browser_errors: list[str] = []
        self._fail_on_server_error = fail_on_server_error

    def start_test(self, name: str) -> None:
        """Begin to charge this test; what came before is not its fault."""
        self._judge.take_in()
        for message in self._servers.unexpected_ends():
            logger.warn(f"Between tests: {message}")
        self._chronicle.start_test(name)

    def start_keyword(self, result: Any) -> None:
        """Follow; look at both sides before a teardown closes them."""
        if result.type == "TEARDOWN" and isinstance(result.parent, TestCase):
            self._before_teardown(result.parent)
        arguments = tuple(map(str, result.args))
        self._chronicle.start_step(result.name or "", arguments, result.owner or "")

    def end_keyword(self, result: Any) -> None:
        """Wait if it was a click; show the server's errors beside the keyword that led to them."""
        if self._wait_after_clicks is not None and _is_click(result):
            self._wait(result.name, self._wait_after_clicks)
        self._chronicle.end_step(result.status)
        for failure in self._judge.take_in():
            _show(failure)
        if self._recording is not None:
            self._recording.look(result.owner or "")
        if CLOCK.is_moved:
            self._pages.follow_in_new_browsers()

    def _wait(self, name: str, seconds: float) -> None:
        for _alias, driver in open_browsers()[:1]:
            if not wait_for_page(driver, self._servers, seconds):
                logger.info(f"What '{name}' set off was not done within {seconds:g} s.")

    def _before_teardown(self, result: TestCase) -> None:
        test = self._chronicle.current
        self._judge.take_in()
        self._look_for_browser_errors()
        if test is not None and self._is_wanted(failed=result.failed or bool(self._reasons())):
            self._collector.take(test, spent=_RESERVED)

    def end_test(self, result: Any) -> None:
        """Fail the test if its server failed; show the evidence if it failed; undo what it did."""
        test = self._chronicle.current
        if test is None:
            return
        try:
            started = time.monotonic()
            self._judge.settle()
            self._look_for_browser_errors()
            self._judge_result(result)
            if self._is_wanted(failed=result.failed):
                self._collector.take(test, spent=time.monotonic() - started)
                logger.info(self._collector.block(test, self._film()), html=True)
        finally:
            self._collector.forget()
            self._browser_errors = []
            self._judge.expectations.clear()
            self._chronicle.end_test()
            self._owners.end(test.name)

    def _film(self) -> bytes:
        if self._recording is None:
            return b""
        try:
            return self._recording.film()
        except MissingExtraError as error:
            logger.info(str(error))
            return b""
        finally:
            self._recording.clear()

    def _judge_result(self, result: Any) -> None:
        reasons = [*self._reasons(), *self._servers.unexpected_ends()]
        reasons = [one for one in reasons if one not in result.message]
        if reasons:
            result.status = "FAIL"
            result.message = "\n\n".join(filter(None, [result.message, *reasons]))

    def _look_for_browser_errors(self) -> None:
        """Take the console before a teardown closes its browser, and what came after."""
        test = self._chronicle.current
        if self._fail_on_browser_error and test is not None:
            with contextlib.suppress(WebDriverException, HTTPError):  # that browser is gone
                for error in browser_errors(test.started):
                    if error not in self._browser_errors:
                        self._browser_errors.append(error)

    def _reasons(self) -> list[str]:
        reasons = self._judge.verdict() if self._fail_on_server_error else []
        return [*reasons, *(f"Browser error: {one}" for one in self._browser_errors)]

    def _is_wanted(self, *, failed: bool) -> bool:
        return self._evidence == "always" or (self._evidence == "failure" and failed)

    def end_suite(self, name: str) -> None:
        """Undo what its setup did; show what no test can be charged with any more."""
        self._owners.end(name)
        self._judge.take_in()
        for message in self._judge.late():
            logger.error(message)


def _is_click(result: Any) -> bool:
    return result.passed and result.owner == "SeleniumLibrary" and result.name in CLICKS


def _show(failure: ServerFailure) -> None:
    title, traceback = html.escape(str(failure)), html.escape(failure.traceback)
    if traceback:
        title = f"<details><summary>{title}</summary><pre>{traceback}</pre></details>"
    logger.info(f"Server error: {title}", html=True)
