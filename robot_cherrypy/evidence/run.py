"""What is one for a whole run of Robot Framework, however often the library is imported."""

from typing import Any

from robot.api.interfaces import ListenerV3
from robot.libraries.BuiltIn import BuiltIn

from robot_cherrypy.cleanup import Cleanup
from robot_cherrypy.evidence.judge import Judge
from robot_cherrypy.evidence.known_secrets import SECRETS
from robot_cherrypy.evidence.listener import TestListener
from robot_cherrypy.evidence.options import ListenerOptions
from robot_cherrypy.evidence.run_history import RunHistory
from robot_cherrypy.harness.registry import Servers
from robot_cherrypy.pages.clock import PageClocks
from robot_cherrypy.pausing.pausing_listener import PausingListener


class Run:
    """Servers, history, judge, cleanup and listener of one run.

    Each import of the library has options and keywords of its own, and they all share these: a
    server is found by each import, and an error is judged once.
    """

    _current: "Run | None" = None

    def __init__(self) -> None:
        self.servers = Servers()
        self.history = RunHistory()
        self.judge = Judge(self.servers, self.history)
        self.page_clocks = PageClocks()
        self.cleanup = Cleanup(_running)
        self.listener = TestListener(
            self.servers, self.history, self.judge, self.page_clocks, self.cleanup, ended=self._end
        )
        self.pausing = PausingListener(lambda: self.listener.options, self._server_errors)

    @property
    def listeners(self) -> list[ListenerV3]:
        """What Robot Framework has to call in each suite."""
        return [self.listener, self.pausing]

    @classmethod
    def current(cls) -> "Run":
        """Return the run of this process; a new one after its end."""
        if cls._current is None:
            cls._current = cls()
        return cls._current

    def _server_errors(self) -> list[str]:
        """Return the server errors that the running test has had and did not expect."""
        self.judge.assign_new_errors()
        return [SECRETS.masker().text(line) for line in self.judge.verdict(is_complete=False)]

    def _end(self) -> None:
        if Run._current is self:
            Run._current = None


class InnerSuite:
    """A library without keywords, which has the listener called in a suite.

    Robot Framework calls the listener of a library only in suites that import it. So a suite that
    imports this package has the suites inside of it import this; see `TestListener`.
    """

    ROBOT_LIBRARY_SCOPE = "GLOBAL"

    def __init__(self, **options: object) -> None:
        self.outer_options = ListenerOptions.from_import(**options)
        self.ROBOT_LIBRARY_LISTENER = Run.current().listeners


def _running() -> tuple[str, str | None]:
    """Return the full name of the running suite, and the name of the running test or None.

    The listener's calls would not do: in a test that imports the library, they begin too late.
    """
    builtin: Any = BuiltIn()
    variable = builtin.get_variable_value
    return variable("${SUITE_NAME}"), variable("${TEST_NAME}")
