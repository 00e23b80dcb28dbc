"""The listener's half of the library: follows the tests, and has its say when one ends."""

import html
from typing import Any

from robot.api import logger

from robot_cherrypy.evidence.chronicle import Chronicle
from robot_cherrypy.evidence.judge import Judge
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.traffic.exchange import ServerFailure


class TestListener:
    """What the library does when tests and keywords start and end."""

    def __init__(
        self, servers: Servers, chronicle: Chronicle, judge: Judge, *, fail_on_server_error: bool
    ) -> None:
        self._servers = servers
        self._chronicle = chronicle
        self._judge = judge
        self._fail_on_server_error = fail_on_server_error

    def start_test(self, name: str) -> None:
        """Begin to charge this test; what came before is not its fault."""
        self._judge.take_in()
        for message in self._servers.unexpected_ends():
            logger.warn(f"Between tests: {message}")
        self._chronicle.start_test(name)

    def start_keyword(self, result: Any) -> None:
        """Follow."""
        self._chronicle.start_step(result.name or "", result.args, result.owner or "")

    def end_keyword(self, result: Any) -> None:
        """Show the server's errors beside the keyword during which they came."""
        self._chronicle.end_step(result.status)
        for failure in self._judge.take_in():
            _show(failure)

    def end_test(self, result: Any) -> None:
        """Fail the test if its server failed."""
        self._judge.settle()
        reasons = self._judge.verdict() if self._fail_on_server_error else []
        reasons += self._servers.unexpected_ends()
        reasons = [one for one in reasons if one not in result.message]
        if reasons:
            result.status = "FAIL"
            result.message = "\n\n".join(filter(None, [result.message, *reasons]))
        self._judge.expectations.clear()
        self._chronicle.end_test()

    def end_suite(self) -> None:
        """Show what no test can be charged with any more."""
        self._judge.take_in()
        for message in self._judge.late():
            logger.error(message)


def _show(failure: ServerFailure) -> None:
    title, traceback = html.escape(str(failure)), html.escape(failure.traceback)
    if traceback:
        title = f"<details><summary>{title}</summary><pre>{traceback}</pre></details>"
    logger.info(f"Server error: {title}", html=True)
