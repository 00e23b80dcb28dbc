"""Making and mounting applications of each kind."""

import cherrypy
import pytest
from cherrypy._cptree import Tree

from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.harness import applications, loading


class Root:
    """A root with a page."""

    @cherrypy.expose
    def index(self):
        return "index"


class Nested:
    """A root whose only page belongs to an attribute."""

    def __init__(self):
        self.below = Root()


class Method:
    """A root for the method dispatcher."""

    exposed = True

    def GET(self):  # noqa: N802 - the dispatcher wants it so
        return "got"


class Nothing:
    """A class without page handlers."""


class NeedsArguments:
    """A root that only a factory can make."""

    def __init__(self, database):
        self.database = database

    @cherrypy.expose
    def index(self):
        return self.database


class Wsgi:
    """A WSGI application that is an object, as those of frameworks are."""

    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        return []


async def asgi(scope, receive, send):
    """An ASGI application as a function."""


async def coroutine(one, two):
    """A coroutine function that is no ASGI application."""


def function_with_arguments(database):
    """A function that is no factory, because it needs an argument."""


def nothing():
    """A factory that returns nothing and mounts nothing."""


def mounts_itself():
    """A factory that mounts, as scripts do."""
    cherrypy.tree.mount(Root(), "/scripted")


def starts_itself():
    """A factory that starts what it made, as scripts do."""
    cherrypy.quickstart(Root(), "/started", {"/": {"greeting": "hello"}})


def made_by_a_class():
    """A factory that returns an instance of a class."""
    return NeedsArguments("db")


instance = Root()
application = cherrypy.Application(Root(), "/own")
CONFIGURED = {"/": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()}}


def mounted(reference, path="/", configuration=None, search_path=()):
    """Mount an application on a new tree; return what is mounted there."""
    tree = Tree()
    with applications.self_mounting(tree):
        loaded = loading.load(reference, search_path)
    applications.mount(loaded, reference, tree=tree, path=path, configuration=configuration)
    return tree.apps


pytestmark = pytest.mark.usefixtures("restored_imports")


@pytest.mark.parametrize("name", ["Root", "Nested", "Method", "instance", "made_by_a_class"])
def test_roots_become_applications(name):
    """Classes, instances and factories are mounted as CherryPy applications."""
    apps = mounted(f"{__name__}:{name}", "/shop", CONFIGURED)
    assert list(apps) == ["/shop"]
    assert isinstance(apps["/shop"], cherrypy.Application)


def test_wsgi_is_grafted():
    """A WSGI application is mounted without a change."""
    apps = mounted(f"{__name__}:Wsgi")
    assert isinstance(apps[""], Wsgi)


def test_asgi_is_hosted():
    """An ASGI application is mounted so that either server can call it."""
    apps = mounted(f"{__name__}:asgi", "/api")
    assert asgi is apps["/api"].application
    apps["/api"].leave()


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (
            f"{__name__}:Nothing",
            "Nothing has no exposed page handlers and is no WSGI or ASGI callable.",
        ),
        (f"{__name__}:NeedsArguments", "raised TypeError: NeedsArguments.__init__()"),
        (f"{__name__}:coroutine", "is no application: the function needs '"),
        (f"{__name__}:function_with_arguments", "is no application: the function needs '"),
        (f"{__name__}:cherrypy", "mounts nothing on cherrypy.tree"),
        (f"{__name__}:nothing", "returned None and mounted nothing on cherrypy.tree."),
    ],
)
def test_errors_name_what_is_wrong(reference, message):
    """The message of the error says why something cannot be served."""
    with pytest.raises(ApplicationError) as caught:
        mounted(reference)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "script_name"), [("mounts_itself", "/scripted"), ("starts_itself", "/started")]
)
def test_what_a_factory_mounts_itself_is_adopted(name, script_name):
    """It is served at its own path, with the test's configuration added to its own."""
    apps = mounted(f"{__name__}:{name}", configuration={"/": {"tools.gzip.on": True}})
    assert [script_name] == list(apps)
    assert apps[script_name].config["/"]["tools.gzip.on"]


def test_application_is_mounted_at_its_own_path():
    """The test may name that path, or none."""
    assert ["/own"] == list(mounted(f"{__name__}:application"))
    assert ["/own"] == list(mounted(f"{__name__}:application", "/own/"))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("application", "is a cherrypy.Application for /own: it cannot be mounted at /shop."),
        ("mounts_itself", "mounts itself at /scripted: it cannot be mounted at /shop."),
    ],
)
def test_application_with_a_path_of_its_own_is_refused_elsewhere(name, message):
    """The message says both paths."""
    with pytest.raises(ApplicationError) as caught:
        mounted(f"{__name__}:{name}", "/shop")
    assert f"'{__name__}:{name}' {message}" == str(caught.value)


def test_module_that_mounts_itself_is_adopted_each_time(tmp_path):
    """The first time, its import mounts it; the second time, the harness does."""
    (tmp_path / "self_mounted_app.py").write_text(
        "import cherrypy\n"
        "class Root:\n    @cherrypy.expose\n    def index(self): return 'index'\n"
        "cherrypy.tree.mount(Root(), '/again')\n"
    )
    for _ in range(2):
        assert ["/again"] == list(mounted("self_mounted_app", search_path=(tmp_path,)))


def test_address_of_the_configuration_is_ignored(monkeypatch):
    """The harness decides where a server listens."""
    monkeypatch.setattr(cherrypy, "config", dict(cherrypy.config))
    mounted(
        f"{__name__}:Root", configuration={"global": {"server.socket_port": 1, "greeting": "hi"}}
    )
    assert "hi" == cherrypy.config["greeting"]
    assert 1 != cherrypy.config.get("server.socket_port")
