"""What is remembered of the keywords of libraries is what Robot Framework finds out by itself."""

import contextlib

import pytest
from robot.errors import DataError
from robot.libraries.BuiltIn import BuiltIn
from robot.running import testlibraries
from robot.running.librarykeyword import KeywordCreator
from robotlibcore import KeywordBuilder
from SeleniumLibrary import SeleniumLibrary
from SeleniumLibrary.base import LibraryComponent, keyword

from robot_cherrypy.library import CherryPyLibrary
from robot_cherrypy.patches.library_keywords import remembered_keywords, remembered_specifications
from robot_cherrypy.patches.replacements import active

import_library = testlibraries.TestLibrary.from_name

IMPORTS = [
    ("BuiltIn", []),
    ("Collections", []),
    ("SeleniumLibrary", ["run_on_failure=NOTHING"]),
    ("SeleniumLibrary", ["plugins=robot_cherrypy.tests.running.test_library_keywords.Plugin"]),
    ("robot_cherrypy", ["server=async"]),
    ("robot_cherrypy.CherryPyLibrary", []),
]


class Plugin(LibraryComponent):
    """Replaces a keyword of SeleniumLibrary, and has one of its own."""

    @keyword
    def click_link(self, name: str) -> int:
        """Click in its own way."""

    @keyword
    def find_link(self, name: str) -> str:
        """Return a link."""


def described(library):
    """All that Robot Framework knows of the keywords of a library."""
    return [
        (
            each.full_name,
            each.args.name,
            str(each.args),
            {name: str(info) for name, info in (each.args.types or {}).items()},
            str(each.args.return_type),
            each.doc,
            list(each.tags),
            each.source,
            each.lineno,
            each.owner is library,
        )
        for each in library.keywords
    ]


@pytest.fixture(scope="module")
def expected():
    """What is known without the patches."""
    return [described(import_library(name, args=args)) for name, args in IMPORTS]


@pytest.fixture
def remembered(expected):
    """All is remembered of what was imported before, with other arguments."""
    libraries = (BuiltIn, SeleniumLibrary, CherryPyLibrary)
    with contextlib.ExitStack() as patches:
        patches.enter_context(active(remembered_specifications, KeywordBuilder))
        patches.enter_context(active(remembered_keywords, KeywordCreator, libraries))
        for name, _ in IMPORTS:
            import_library(name)
        yield expected


def test_keywords_are_the_same(remembered):
    """Also where a plugin replaces one, or the library has another name."""
    for (name, args), keywords in zip(IMPORTS, remembered, strict=True):
        assert keywords == described(import_library(name, args=args))


@pytest.mark.usefixtures("remembered")
def test_instances_are_new():
    """With the options of their own import."""
    one, other = (
        import_library("robot_cherrypy", args=[f"server={kind}"]).instance
        for kind in ("threaded", "async")
    )
    assert ("threaded", "async") == (one.listener_options.server, other.listener_options.server)
    assert one.keywords["start_server"].__self__ is not other.keywords["start_server"].__self__


@pytest.mark.usefixtures("remembered")
def test_wrong_arguments_are_wrong():
    """They are refused as ever."""
    with pytest.raises(DataError, match="There is no option 'servr': did you mean 'server'"):
        _ = import_library("robot_cherrypy", args=["servr=async"])
