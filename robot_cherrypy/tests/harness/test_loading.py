"""Finding and importing applications."""

from pathlib import Path

import cherrypy
import pytest

from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.harness import loading

pytestmark = pytest.mark.usefixtures("restored_imports")


class Root:
    """A root with a page."""

    @cherrypy.expose
    def index(self):
        return "index"


def test_attributes_may_be_dotted():
    """The attribute is looked up from name to name."""
    assert loading.load(f"{__name__}:Root.index") is Root.index


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (
            "no_such_module:Root",
            (
                f"Module 'no_such_module' does not exist. It was looked for in {Path.cwd()}, and"
                " where Python looks for modules."
            ),
        ),
        (
            "robot_cherrypy.tests.zoo",
            (
                "Module 'robot_cherrypy.tests.zoo' does not exist. It was looked for in"
                f" {Path(__file__).parents[1]}."
            ),
        ),
        (
            f"{__name__}.Root",
            (
                f"Module '{__name__}.Root' does not exist. 'Root' is no module: write"
                f" '{__name__}:Root'."
            ),
        ),
        (
            "shop.py:Root",
            (
                "Module 'shop.py' does not exist. A module is named as Python imports it: write"
                " 'shop' or 'shop:attribute'."
            ),
        ),
        (
            "./web/shop.py",
            (
                "Module './web/shop.py' does not exist. A module is named as Python imports it:"
                " write 'web.shop' or 'web.shop:attribute'."
            ),
        ),
        (
            "robot_cherrypy.hardness:Root",
            (
                "Module 'robot_cherrypy.hardness' does not exist."
                " Did you mean 'robot_cherrypy.harness'?"
            ),
        ),
        (
            f"{__name__}:Roots",
            f"Module '{__name__}' has no attribute 'Roots'. Did you mean 'Root'?",
        ),
        (
            "",
            "'' names no application: write 'module:attribute', such as 'shop.web:Root'.",
        ),
        (
            "module:",
            "'module:' names no application: write 'module:attribute', such as 'shop.web:Root'.",
        ),
    ],
)
def test_errors_say_what_does_not_exist(monkeypatch, reference, message):
    """They suggest names that are alike, or say where it was looked for."""
    monkeypatch.setattr(loading, "_ADDED_FOLDERS", [])
    with pytest.raises(ApplicationError) as caught:
        loading.load(reference)
    assert message == str(caught.value)


def test_error_inside_an_import_is_not_taken_for_a_missing_module(tmp_path):
    """A module that imports a missing module exists itself."""
    file = tmp_path / "importing.py"
    file.write_text("import not_installed_anywhere\n")
    with pytest.raises(ApplicationError) as caught:
        loading.load("importing:Root", (tmp_path,))
    assert str(caught.value) == (
        "Importing 'importing' raised ModuleNotFoundError: No module named"
        f" 'not_installed_anywhere' ({file}, line 1)."
    )


def test_subscriptions_of_a_failed_import_are_removed(tmp_path):
    """A module that raises after subscribing leaves no listener."""
    (tmp_path / "half.py").write_text(
        "import cherrypy\ncherrypy.engine.subscribe('start', print)\nraise RuntimeError('half')\n"
    )
    listeners = set(cherrypy.engine.listeners["start"])
    with pytest.raises(ApplicationError):
        loading.load("half:Root", (tmp_path,))
    assert listeners == cherrypy.engine.listeners["start"]


def test_effects_of_an_import_are_repeated(tmp_path):
    """Python imports a module once, but each server needs its listeners and configuration."""
    (tmp_path / "subscribing_app.py").write_text(
        "import cherrypy\n"
        "def listen(): pass\n"
        "cherrypy.engine.subscribe('start', listen)\n"
        "cherrypy.config.update({'subscribing.greeting': 'hello'})\n"
    )
    listen = loading.load("subscribing_app:listen", (tmp_path,))
    for _ in range(2):
        assert listen in cherrypy.engine.listeners["start"]
        assert "hello" == cherrypy.config.pop("subscribing.greeting")
        cherrypy.engine.unsubscribe("start", listen)
        loading.load("subscribing_app", (tmp_path,))
    cherrypy.engine.unsubscribe("start", listen)
    del cherrypy.config["subscribing.greeting"]


def test_namesakes_in_folders_of_suites_are_told_apart(tmp_path):
    """Each suite's folder may have an `app.py` of its own."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "namesake_app.py").write_text(f"NAME = {name!r}\n")
    names = [
        loading.load("namesake_app:NAME", (tmp_path / folder,))
        for folder in ("one", "two", "one", "one")
    ]
    assert names == ["one", "two", "one", "one"]


def test_module_is_imported_once(tmp_path):
    """It keeps its state if it is loaded again."""
    (tmp_path / "stateful_app.py").write_text("STATE = []\n")
    state = loading.load("stateful_app:STATE", (tmp_path,))
    assert state is loading.load("stateful_app:STATE", (tmp_path,))
