"""Finding and recognising applications."""

import sys

import cherrypy
import pytest
from cherrypy._cptree import Tree

from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.harness import applications


class Root:
    """A root with a page."""

    @cherrypy.expose
    def index(self):
        return "index"


class Nested:
    """A root whose only page is further down."""

    def __init__(self):
        self.below = Root()


class Method:
    """A root for the method dispatcher."""

    exposed = True

    def GET(self):  # noqa: N802
        return "got"


class Nothing:
    """No application at all."""


class NeedsArguments:
    """A root that a factory has to make."""

    def __init__(self, database):
        self.database = database

    @cherrypy.expose
    def index(self):
        return self.database


class Wsgi:
    """A WSGI application as frameworks make them."""

    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        return []


async def asgi(scope, receive, send):
    """An ASGI application as a function."""


async def coroutine(one, two):
    """Neither WSGI nor ASGI."""


def function_with_arguments(database):
    """No factory."""


def made_by_a_class():
    """A factory that returns a class' instance."""
    return NeedsArguments("db")


instance = Root()
CONFIGURED = {"/": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()}}


def mounted(reference, path="/", configuration=None):
    """Mount what a reference names on a new tree."""
    tree = Tree()
    with applications.self_mounting(tree):
        application = applications.load(reference)
    applications.mount(application, reference, tree=tree, path=path, configuration=configuration)
    return tree.apps


@pytest.fixture(autouse=True)
def restored(monkeypatch):
    """Put `cherrypy.tree` and the module search path back."""
    tree, path = cherrypy.tree, list(sys.path)
    monkeypatch.setattr(applications, "_added_folders", [])
    yield
    cherrypy.tree = tree
    sys.path[:] = path


@pytest.mark.parametrize("name", ["Root", "Nested", "Method", "instance", "made_by_a_class"])
def test_roots_become_applications(name):
    """Classes, instances and factories are mounted as CherryPy applications."""
    apps = mounted(f"{__name__}:{name}", "/shop", CONFIGURED)
    assert list(apps) == ["/shop"]
    assert isinstance(apps["/shop"], cherrypy.Application)


def test_wsgi_is_grafted():
    """A WSGI application is left as it is."""
    apps = mounted(f"{__name__}:Wsgi")
    assert isinstance(apps[""], Wsgi)


def test_asgi_is_hosted():
    """An ASGI application is called by either server."""
    apps = mounted(f"{__name__}:asgi", "/api")
    assert asgi is apps["/api"].application
    apps["/api"].leave()


def test_attributes_may_be_dotted():
    """The attribute is looked up from name to name."""
    assert applications.load(f"{__name__}:Root.index") is Root.index


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("no_such_module:Root", "Module 'no_such_module' does not exist."),
        ("robot_cherrypy.hardness:Root", "Did you mean 'robot_cherrypy.harness'?"),
        (f"{__name__}:Roots", "has no attribute 'Roots'. Did you mean 'Root'?"),
        ("", "'' names no application"),
        ("module:", "'module:' names no application"),
        (
            f"{__name__}:Nothing",
            "Nothing has no exposed page handlers and is no WSGI or ASGI callable.",
        ),
        (f"{__name__}:NeedsArguments", "raised TypeError: NeedsArguments.__init__()"),
        (f"{__name__}:coroutine", "is no application: function has no exposed page handlers"),
        (f"{__name__}:function_with_arguments", "is no application: function has no exposed"),
        (f"{__name__}:cherrypy", "mounts nothing on cherrypy.tree"),
    ],
)
def test_errors_name_what_is_wrong(reference, message):
    """What cannot be served is refused with a reason."""
    with pytest.raises(ApplicationError) as caught:
        mounted(reference)
    assert message in str(caught.value)


def test_error_inside_an_import_is_not_taken_for_a_missing_module(tmp_path):
    """A module that imports something missing exists itself."""
    (tmp_path / "importing.py").write_text("import not_installed_anywhere\n")
    with pytest.raises(ApplicationError) as caught:
        applications.load("importing:Root", (tmp_path,))
    assert "Importing 'importing' raised ModuleNotFoundError" in str(caught.value)


def test_subscriptions_of_a_failed_import_are_dropped(tmp_path):
    """A module that raises after subscribing leaves no listener."""
    (tmp_path / "half.py").write_text(
        "import cherrypy\ncherrypy.engine.subscribe('start', print)\nraise RuntimeError('half')\n"
    )
    listeners = set(cherrypy.engine.listeners["start"])
    with pytest.raises(ApplicationError):
        applications.load("half:Root", (tmp_path,))
    assert listeners == cherrypy.engine.listeners["start"]


def test_namesakes_in_folders_of_suites_are_told_apart(tmp_path):
    """Each suite's folder may have an `app.py` of its own."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "namesake_app.py").write_text(f"NAME = {name!r}\n")
    names = [
        applications.load("namesake_app:NAME", (tmp_path / folder,))
        for folder in ("one", "two", "one", "one")
    ]
    assert names == ["one", "two", "one", "one"]


def test_module_is_imported_once(tmp_path):
    """The same module of the same folder keeps its state."""
    (tmp_path / "stateful_app.py").write_text("STATE = []\n")
    state = applications.load("stateful_app:STATE", (tmp_path,))
    assert state is applications.load("stateful_app:STATE", (tmp_path,))
