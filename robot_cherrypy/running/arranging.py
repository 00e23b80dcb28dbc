"""Arranges the suites of a run before it begins (Robot Framework's `SuiteVisitor`)."""

from typing import TYPE_CHECKING, Any

from robot.running.resourcemodel import ResourceFile

from robot_cherrypy.running.orders import Order, Selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from robot_cherrypy.harness.server_thread import Kind

# The name of the suite around those of several servers, as `robot-cherrypy run` has it.
_NAME = "Acceptance"


class Arrangement:
    """Has each test once for each kind of server, and removes those that are not selected."""

    def __init__(self, order: Order) -> None:
        self._name: str | None = order.options.get("name")
        self._servers = order.servers
        self._selection = order.selection

    def visit_suite(self, suite: Any) -> None:
        """Arrange the suites below the suite of the run."""
        if self._servers:
            _copy(suite, self._servers)
            suite.name = _NAME
        if self._name:  # selected tests have it before their own; Robot gives it later
            suite.name = self._name
        if self._selection is not None:
            _select(suite, self._selection)


def _copy(suite: Any, servers: "Sequence[Kind]") -> None:
    """Make a suite consist of copies of itself, one for each kind of server."""
    copies = [suite.deepcopy(name=kind.title()) for kind in servers]
    for kind, each in zip(servers, copies, strict=True):
        _set_server(each, kind)
    suite.setup = suite.teardown = None
    suite.tests.clear()
    suite.resource = ResourceFile()
    suite.suites = copies


def _set_server(suite: Any, kind: str) -> None:
    """Set the variable in a suite and all below: there it wins over those of resources."""
    variables = suite.resource.variables
    for variable in [each for each in variables if each.name.lower() == "${server}"]:
        variables.remove(variable)
    variables.create("${SERVER}", [kind])
    for inner in suite.suites:
        _set_server(inner, kind)


def _select(suite: Any, selection: Selection) -> None:
    names = selection.tests.get(suite.source.resolve(), frozenset()) if suite.source else None
    if names is not None:
        suite.tests = [test for test in suite.tests if test.full_name in names]
    for inner in suite.suites:
        _select(inner, selection)
    suite.suites = [inner for inner in suite.suites if inner.has_tests]
