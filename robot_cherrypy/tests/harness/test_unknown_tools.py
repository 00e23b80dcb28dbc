"""A tool that does not exist is told when a server starts, before the first request."""

import cherrypy
import pytest
from cherrypy._cptree import Tree

from robot_cherrypy.harness.unknown_tools import unknown_tools


class Shelf:
    """A branch of the tree."""

    @cherrypy.expose
    @cherrypy.config(**{"tools.gzipp.on": True})
    def index(self):
        """Be configured wrongly."""


class Root:
    """An application with a branch, a property that must not be read, and a loop."""

    def __init__(self):
        self.shelf = Shelf()
        self.shelf.up = self

    @property
    def costly(self):
        """Fail where it is read."""
        raise AssertionError

    @cherrypy.expose
    def index(self):
        """Be a page."""


def told(configuration, root=None):
    """What is told about an application."""
    tree = Tree()
    tree.mount(root or Root(), "/", configuration)
    return unknown_tools(tree)


def test_misspelt_tool_is_told():
    """With its place, and what may be meant; also where a page handler has it."""
    section, handler = told({"/": {"tools.sessoins.on": True}})
    assert section == (
        "Section [/] of the configuration switches on tools.sessoins.on, and there is no tool"
        " 'sessoins'. Did you mean 'sessions'?"
    )
    assert handler == (
        "The configuration of Root.shelf.index switches on tools.gzipp.on, and there is no tool"
        " 'gzipp'. Did you mean 'gzip'?"
    )


@pytest.mark.parametrize(
    "entries",
    [
        {"tools.sessions.on": True},
        {"tools.sessoins.on": False},
        {"tools.sessoins.timeout": 5},
        {"other.sessoins.on": True},
    ],
)
def test_other_entries_are_no_mistake(entries):
    """A tool that is off does nothing."""
    assert [] == told({"/": entries}, root=type("Empty", (), {})())


def test_server_tells_it(launch, kind, isolation):
    """Of either kind, in this process and in a child."""
    configuration = {"/": {"tools.sessoins.on": True}}
    server = launch(
        "sample_app.echo:Echo", kind=kind, isolation=isolation, configuration=configuration
    )
    [remark] = server.remarks
    assert "there is no tool 'sessoins'" in remark


@pytest.fixture(params=["thread", "process"])
def isolation(request):
    """Each isolation."""
    return request.param
