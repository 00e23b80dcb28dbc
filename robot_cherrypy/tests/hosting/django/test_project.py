"""A Django project is served on both servers."""

import logging
from types import ModuleType

import cherrypy
import pytest
import requests
from django.conf import settings
from django.core import signals
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings

from robot_cherrypy.errors import ApplicationError, ServerError
from robot_cherrypy.hosting.django.project import is_project, locate
from robot_cherrypy.stack.sqlite import SqliteDatabases
from robot_cherrypy.tests.hosting.django.conftest import SETTINGS

TIMEOUT = 60
ENTRIES = [
    SETTINGS,
    "sample_app.djangosite.wsgi:application",
    "sample_app.djangosite.asgi:application",
]


def get(server, path, **options):
    """Return the response to a GET request."""
    return requests.get(f"{server.url}{path}", timeout=TIMEOUT, **options)


@pytest.mark.parametrize("entry", ENTRIES)
def test_project_is_recognised(launch, entry, book):
    """By its settings, or by its WSGI or ASGI handler."""
    assert "Ærø &amp; öl" in get(launch(entry), "/").text


def test_settings_need_no_list_of_applications():
    """A project without models leaves it out."""
    module = ModuleType("site.settings")
    assert not is_project(module)
    module.ROOT_URLCONF = "site.urls"
    assert is_project(module)


def test_project_knows_where_it_is(launch, book):
    """Links begin with the path at which it is mounted."""
    server = launch(SETTINGS, mount="/books/here")

    assert f'href="/books/here/book/{book.pk}"' in get(server, "/books/here/").text
    assert get(server, "/books/here/admin/").url.startswith(f"{server.url}/books/here/admin/login/")


def test_interface_fits_the_server(launch, kind):
    """WSGI on the threaded server, ASGI on the asyncio server."""
    handlers = []

    def record(sender, **_facts):
        handlers.append(sender.__name__)

    server = launch(SETTINGS)
    signals.request_started.connect(record)
    try:
        get(server, "/summary")
    finally:
        signals.request_started.disconnect(record)

    assert ["WSGIHandler" if kind == "threaded" else "ASGIHandler"] == handlers


def test_coroutines_and_streams_are_served(launch, book):
    """An asynchronous view, and a response in pieces."""
    server = launch(SETTINGS)

    assert {"books": 1, "reviews": 0} == get(server, "/summary").json()
    response = get(server, "/books.csv")
    assert "title,author,year\r\nÆrø & öl,A. Reader,1999\r\n" == response.text
    assert "Content-Length" not in response.headers


def test_request_finished_is_sent(launch):
    """Django sends the signal once, after a streamed response, too."""
    finished = []

    def record(**_facts):
        finished.append(True)

    server = launch(SETTINGS)
    signals.request_finished.connect(record)
    try:
        get(server, "/books.csv")
        server.stop()
    finally:
        signals.request_finished.disconnect(record)

    assert [True] == finished


def test_static_files_are_found(launch):
    """Django's finders find them, and a browser can ask whether they have changed."""
    server = launch(SETTINGS)

    response = get(server, "/static/admin/css/base.css")
    assert (200, "text/css") == (
        response.status_code,
        response.headers["Content-Type"].partition(";")[0],
    )
    since = {"If-Modified-Since": response.headers["Last-Modified"]}
    assert 304 == get(server, "/static/admin/css/base.css", headers=since).status_code
    for query in ("v=1", "self=1", "path=1&path=2"):
        assert 200 == get(server, f"/static/admin/css/base.css?{query}").status_code


@pytest.mark.parametrize(
    "path", ["/static/", "/static/admin", "/static/no.css", "/static/..%2f..%2fsettings.py"]
)
def test_other_paths_are_not_found(launch, path):
    """Folders, missing files, and files outside."""
    assert 404 == get(launch(SETTINGS), path).status_code


def test_collected_files_are_served(launch, tmp_path):
    """Without DEBUG, files of `STATIC_ROOT` are served by CherryPy's static tool."""
    with override_settings(DEBUG=False, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
        (tmp_path / "only.txt").write_text("collected")
        server = launch(SETTINGS)

        assert "collected" == get(server, "/static/only.txt").text


def test_cherrypy_logs_requests_and_warnings(launch, caplog):
    """A line for each request in the access log, and Django's warnings in the error log."""
    server = launch(SETTINGS)
    cherrypy.log.access_log.propagate = cherrypy.log.error_log.propagate = True
    with caplog.at_level(logging.INFO, "cherrypy"):
        get(server, "/nowhere?a=1", headers={"User-Agent": "test", "Referer": "there"})
        server.stop()

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("cherrypy")]
    access = [line for line in lines if '"GET ' in line]
    assert 1 == len(access)
    assert '"GET /nowhere?a=1 HTTP/1.1" 404' in access[0]
    assert access[0].endswith('"there" "test"')
    assert ["DJANGO Not Found: /nowhere"] == [
        line.partition("] ")[2] for line in lines if "DJANGO" in line
    ]


@pytest.mark.parametrize("age", [0, None])
def test_database_connections_are_closed(launch, monkeypatch, age, book):
    """Those of the server's threads, also if Django keeps them open, but not the test's."""
    opened = []
    monkeypatch.setitem(settings.DATABASES["default"], "CONN_MAX_AGE", age)
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", age)

    def record(sender, connection, **_facts):
        opened.append(connection)

    from django.db.backends.signals import connection_created

    server = launch(SETTINGS)
    connection_created.connect(record)
    try:
        for _ in range(3):
            get(server, "/")
        server.stop()
    finally:
        connection_created.disconnect(record)

    assert opened
    assert [None] * len(opened) == [connection.connection for connection in opened]
    assert connection.is_usable()


@pytest.mark.parametrize("age", [0, None])
def test_database_is_reset_while_the_project_is_served(launch, monkeypatch, age, book):
    """Also if Django keeps its connections open."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", age)
    url = f"sqlite:///{settings.DATABASES['default']['NAME']}"
    databases = SqliteDatabases()
    try:
        server = launch(SETTINGS)
        assert 1 == get(server, "/summary").json()["books"]
        databases.save(url)
        databases.query(url, "DELETE FROM shelf_book")
        assert 0 == get(server, "/summary").json()["books"]
        databases.reset(url)
        assert 1 == get(server, "/summary").json()["books"]
    finally:
        databases.drop_all()


def test_cherrypy_goes_on_beside_it(launch):
    """One tree holds both, and the project can be taken off it again."""
    server = launch("robot_cherrypy.tests.hosting.frameworks:Beside")
    server.mount(SETTINGS, "/books", {})
    assert ["CherryPy", 200] == [get(server, "/").text, get(server, "/books/").status_code]

    server.unmount("/books")

    statuses = [
        get(server, path).status_code for path in ("/books/", "/static/shelf/shelf.css", "/")
    ]
    assert [404, 404, 200] == statuses


def test_other_settings_are_refused(launch):
    """A process can have one project only, and the error says what to do."""
    with pytest.raises((ApplicationError, ServerError)) as caught:
        launch("robot_cherrypy.tests.hosting.django.other_settings")

    assert str(caught.value) == (
        f"Django runs with '{SETTINGS}' in this process, and it can run with one module of settings"
        " only: serve 'robot_cherrypy.tests.hosting.django.other_settings' from a process of its"
        " own."
    )


def test_project_names_its_settings():
    """By the `manage.py` in its folder, or by itself."""
    assert SETTINGS == locate("sample_app/djangosite")[0]
    assert ("shop.settings", None) == locate("shop.settings")


@pytest.mark.parametrize(
    ("line", "variable", "settings_module"),
    [
        ('os.environ.setdefault("DJANGO_SETTINGS_MODULE", "a.settings")', None, "a.settings"),
        ("os.environ.setdefault('DJANGO_SETTINGS_MODULE' ,\n 'a.s')", "", "a.s"),
        (
            'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "a.settings")',
            "b.settings",
            "b.settings",
        ),
        ('os.environ["DJANGO_SETTINGS_MODULE"] = "a.settings"', "b.settings", "a.settings"),
        ("execute_from_command_line(sys.argv)", "b.settings", "b.settings"),
        # What an earlier project of this process has set is not what the user has.
        ('os.environ.setdefault("DJANGO_SETTINGS_MODULE", "a.settings")', SETTINGS, "a.settings"),
    ],
)
def test_variable_overrides_the_default(tmp_path, monkeypatch, line, variable, settings_module):
    """As in `manage.py` itself."""
    if variable is None:
        monkeypatch.delenv("DJANGO_SETTINGS_MODULE")
    else:
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", variable)
    (tmp_path / "manage.py").write_text(line)
    assert (settings_module, tmp_path) == locate(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is no Django project: it has no manage.py."),
        ("", "manage.py sets no default for DJANGO_SETTINGS_MODULE: set this environment"),
    ],
)
def test_folder_without_a_project_is_refused(tmp_path, monkeypatch, text, message):
    """The error says what is missing."""
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    if text is not None:
        (tmp_path / "manage.py").write_text(text)

    with pytest.raises(ApplicationError) as caught:
        locate(str(tmp_path))

    assert message in str(caught.value)
