"""Which suites a saved file touches, from what their last runs have told."""

import pytest

from robot_cherrypy.watch.dependencies import Dependencies
from robot_cherrypy.watch.import_graph import ImportGraph, files_of
from robot_cherrypy.watch.records import Application, SuiteRecord
from robot_cherrypy.watch.saved_files import SavedFile

FILES = {
    "shop/__init__.py": "",
    "shop/web.py": "from . import basket\nfrom shop.prices import PRICE\nimport os",
    "shop/basket.py": "def add():\n    from shop.late import found",
    "shop/prices.py": "PRICE = 3",
    "shop/late.py": "import cherrypy",
    "shop/unused.py": "",
    "shop/pages/index.html": "",
    "other.py": "import shop.prices",
    "broken.py": "def (:",
    "suites/shop/shop.robot": "",
    "suites/shop/child.robot": "",
    "suites/other.robot": "",
    "suites/words.resource": "",
    "suites/unused.resource": "",
    "README.md": "",
}


@pytest.fixture
def folder(tmp_path):
    """A project."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def record(folder, suite, files=(), module=None, *, is_child=False, written=()):
    """What a suite tells at its end."""
    uses = {Application(module, (folder,), is_child)} if module else set()
    return SuiteRecord(
        suite=folder / suite,
        files=frozenset(folder / name for name in (suite, *files)),
        applications=frozenset(uses),
        written=frozenset(folder / name for name in written),
        search_path=(folder,),
    )


@pytest.fixture
def dependencies(folder):
    """What is known of three suites."""
    known = Dependencies()
    known.learn(
        record(
            folder,
            "suites/shop/shop.robot",
            ["suites/words.resource"],
            "shop.web",
            written=["shop/counter.json"],
        )
    )
    known.learn(record(folder, "suites/shop/child.robot", module="shop.web", is_child=True))
    known.learn(record(folder, "suites/other.robot", ["suites/words.resource"], "other"))
    return known


@pytest.mark.parametrize(
    ("name", "suites"),
    [
        ("suites/shop/shop.robot", {"shop"}),
        ("suites/words.resource", {"shop", "other"}),
        ("suites/unused.resource", {"shop", "child", "other"}),  # one may have lacked it
        ("suites/shop/__init__.robot", {"shop", "child"}),
        ("suites/new.robot", set()),
        ("shop/web.py", {"shop", "child"}),
        ("shop/prices.py", {"shop", "child", "other"}),
        ("shop/late.py", {"shop", "child"}),
        ("shop/__init__.py", {"shop", "child", "other"}),
        ("shop/unused.py", {"child"}),
        ("other.py", {"other"}),
        ("shop/pages/index.html", {"shop", "child", "other"}),  # that of `other` is the project
        ("pages/index.html", {"other"}),
        ("shop/counter.json", set()),
        ("shop/shop.db", set()),
        ("README.md", set()),
        ("/elsewhere/shop/web.py", set()),
    ],
)
def test_saved_file_touches_suites(folder, dependencies, name, suites):
    """By imports, also late and relative ones; by resources; by the folder of an application."""
    touched = dependencies.touched_by(SavedFile(folder / name), lambda _path: False)
    assert suites == {path.stem for path in touched}


def test_new_module_may_be_what_was_missing(folder, dependencies):
    """So it touches the suites of the application in whose folder it is."""
    saved = SavedFile(folder / "shop/new.py", is_new=True)
    touched = dependencies.touched_by(saved, lambda _path: False)
    assert {"shop", "child", "other"} == {path.stem for path in touched}


def test_file_that_a_run_has_written_touches_nothing(folder, dependencies):
    """Or each run would lead to another one."""
    saved = SavedFile(folder / "shop/pages/new.html")
    assert set() == dependencies.touched_by(saved, lambda _path: True)


def test_forgotten_suite_is_touched_by_nothing(folder, dependencies):
    """It was deleted."""
    dependencies.forget(folder / "suites/other.robot")
    assert set() == dependencies.touched_by(SavedFile(folder / "other.py"), lambda _path: False)


def test_imports_are_read_again_when_a_file_has_changed(folder):
    """And a file that is no Python has none."""
    graph = ImportGraph()
    broken = folder / "broken.py"
    assert {broken} == graph.closure([broken], [folder])
    broken.write_text("import other")
    expected = {
        broken,
        *(folder / name for name in ("other.py", "shop/__init__.py", "shop/prices.py")),
    }
    assert expected == graph.closure([broken], [folder])


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("shop.web", ["shop/__init__.py", "shop/web.py"]),
        ("shop.web.Shop.index", ["shop/__init__.py", "shop/web.py"]),
        ("shop", ["shop/__init__.py"]),
        ("other", ["other.py"]),
        ("missing.module", []),
    ],
)
def test_files_of_a_name(folder, name, files):
    """Of the packages that it is in, and of the module."""
    assert [folder / file for file in files] == files_of(name, [folder / "suites", folder])
