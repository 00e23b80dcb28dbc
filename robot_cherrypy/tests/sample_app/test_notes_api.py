"""What the notes applications answer to any HTTP client."""

import json
import secrets
import subprocess
import sys
import threading
from contextlib import ExitStack

import pytest
import requests

from robot_cherrypy.errors import StackError
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.stack.databases import Databases
from robot_cherrypy.stack.postgresql import Cluster

SERVED = {
    "threaded": ("notes", "threaded"),
    "async": ("notes", "async"),
    "async, coroutines": ("async_notes", "async"),
}


@pytest.fixture(scope="module")
def postgresql():
    """A PostgreSQL, where there is one."""
    cluster = Cluster(timeout=60)
    try:
        cluster.start()
    except StackError as error:
        pytest.skip(str(error))
    yield Databases(cluster.url)
    cluster.stop()


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def database(request, tmp_path_factory):
    """The URL of an empty database."""
    if request.param == "PostgreSQL":
        return request.getfixturevalue("postgresql").create()
    return f"sqlite:///{tmp_path_factory.mktemp('notes')}/notes.db"


@pytest.fixture(scope="module", params=SERVED.values(), ids=SERVED.keys())
def url(request, database):
    """The address of the API of an application."""
    name, kind = request.param
    server = InProcessServer(launch(name, kind, database))
    server.start()
    yield f"{server.url}/api/notes"
    assert () == server.stop().errors


def launch(name, kind, database):
    """How to start an application."""
    settings = {"notes.database": database, "notes.instance": "one"}
    return Launch(
        application=f"sample_app.notes:{name}",
        alias="notes",
        kind=kind,
        configuration={"/": settings},
    )


def send(method, url, data=None, **headers):
    """Send a request."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.request(method, url, json=data, headers=headers, timeout=30)


def create(url, title="A title", text="A text", **headers):
    """Create a note; return its URL and its ETag."""
    response = send("POST", url, {"title": title, "text": text}, **headers)
    assert 201 == response.status_code, response.text
    return requests.compat.urljoin(url, response.headers["Location"]), response.headers["ETag"]


def test_created_note_can_be_read(url):
    """It is as it was sent, blanks around its title taken off."""
    text = "naïve – 日本語 👩‍👩‍👧\r\n  <b> %_\\ 'quoted' \"double\"\t"
    note, etag = create(url, " Grüße ", text)
    response = send("GET", note)
    assert (200, etag) == (response.status_code, response.headers["ETag"])
    assert ("Grüße", text) == (response.json()["title"], response.json()["text"])
    assert response.json()["created"].endswith("+00:00")


def test_change_and_delete(url):
    """Each change gives a new entity tag."""
    note, first = create(url)
    response = send("PUT", note, {"title": "Other", "text": ""}, If_Match=first)
    second = response.headers["ETag"]
    assert (200, "Other") == (response.status_code, response.json()["title"])
    assert first != second
    assert 204 == send("DELETE", note, If_Match=second).status_code
    assert 404 == send("GET", note).status_code


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_two_editors_do_not_overwrite_each_other(url, method):
    """Who has not seen the other's change is told so, and nothing is changed."""
    note, etag = create(url)
    send("PUT", note, {"title": "Theirs", "text": ""}, If_Match=etag)
    response = send(method, note, {"title": "Mine", "text": ""}, If_Match=etag)
    assert 412 == response.status_code
    assert "Somebody else has changed note" in response.json()["detail"]
    assert "Theirs" == send("GET", note).json()["title"]


def test_many_editors_at_once(url):
    """One of them wins, all others hear of it."""
    note, etag = create(url)
    statuses = []

    def edit(number):
        response = send("PUT", note, {"title": f"By {number}", "text": ""}, If_Match=etag)
        statuses.append(response.status_code)

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [200, 412, 412, 412, 412, 412] == sorted(statuses)


def test_number_of_a_deleted_note_may_come_again(url):
    """Nobody takes the new note for the old one."""
    note, etag = create(url)
    send("DELETE", note, If_Match=etag)
    _, other = create(url)
    assert etag != other


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_change_needs_a_known_state(url, method):
    """Nobody overwrites what was not read."""
    note, _ = create(url)
    assert 428 == send(method, note, {"title": "Mine", "text": ""}).status_code


def test_repeated_change_is_no_conflict(url):
    """The answer to the first attempt may have been lost."""
    note, etag = create(url)
    answers = [send("PUT", note, {"title": "Other", "text": ""}, If_Match=etag) for _ in range(2)]
    assert [200, 200] == [answer.status_code for answer in answers]
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]


def test_repeated_creation_makes_one_note(url):
    """Whether one after the other or all at once."""
    made = []
    threads = [
        threading.Thread(
            target=lambda: made.append(create(url, "Repeated", Idempotency_Key="repeated"))
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.append(create(url, "Repeated", Idempotency_Key="repeated"))
    assert 7 == len(made)
    assert 1 == len(set(made))


def test_unchanged_note_is_not_sent_again(url):
    """A client that has it is told so."""
    note, etag = create(url)
    response = send("GET", note, If_None_Match=etag)
    assert (304, b"") == (response.status_code, response.content)


def test_list_is_paged_and_searched(url):
    """Newest first, twenty on a page, and a search text is no pattern."""
    word = secrets.token_hex(4)
    for number in range(21):
        create(url, f"{word} {number}", f"100 % of_it\\ {word.upper()}")
    first = send("GET", f"{url}?search={word}").json()
    second = send("GET", f"{url}?search={word}&page=2").json()
    assert [f"{word} {number}" for number in range(20, 0, -1)] == [
        note["title"] for note in first["notes"]
    ]
    assert [f"{word} 0"] == [note["title"] for note in second["notes"]]
    assert (21, 2, 2) == (second["total"], second["pages"], second["page"])
    assert 21 == send("GET", f"{url}?search=100 %25 of_it\\ {word}").json()["total"]
    assert 0 == send("GET", f"{url}?search=1%25it\\ {word}").json()["total"]


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"text": "a"}, {"title": "A note needs a title."}),
        ({"title": " \n"}, {"title": "A note needs a title."}),
        ({"title": 1}, {"title": "The title has to be text."}),
        (
            {"title": "a" * 201},
            {"title": "The title has 201 characters, and 200 are allowed."},
        ),
        (
            {"title": "a", "text": "b" * 10_001},
            {"text": "The text has 10001 characters, and 10000 are allowed."},
        ),
        ({"title": "a\0"}, {"title": "The title has a character that cannot be stored."}),
        (
            {"title": "a", "text": "\ud800"},
            {"text": "The text has a character that cannot be stored."},
        ),
        ({"title": "a", "owner": "me"}, {"owner": "There is no such field."}),
    ],
)
def test_faults_are_told_by_field(url, data, errors):
    """The client hears what to change."""
    response = send("POST", url, data)
    assert (422, "application/problem+json") == (
        response.status_code,
        response.headers["Content-Type"],
    )
    assert errors == response.json()["errors"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"title=a", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"[" * 100_000, "application/json", 400),
        (b'{"title":' * 100_000, "application/json", 400),
        (b'{"title": "\\ud800", "text": "\\u0000"}', "application/json", 422),
        (b"1" * 10_000, "application/json", 400),
        (b"\xff", "application/json", 400),
    ],
)
def test_anything_but_an_object_in_json_is_refused(url, body, content_type, status):
    """Forms of other sites could send it, or it makes no sense."""
    response = requests.post(url, data=body, headers={"Content-Type": content_type}, timeout=30)
    assert status == response.status_code


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("search=", 200),
        ("search=%25_%5C'%22", 200),
        (f"search={'x' * 10_000}", 200),
        (f"search={'x' * 10_001}", 400),
        ("search=%00", 400),
        ("search=a&search=b", 400),
        ("page=1&page=2", 400),
        ("page=1.0", 404),
        ("page=%00", 404),
        ("page=٣", 404),
        ("search=%ED%A0%80", 404),
        ("number=1&number=2", 400),
        ("self=1", 404),
        ("other=1", 404),
    ],
)
def test_queries(url, query, status):
    """What no note can contain, or makes no sense, is the client's error on every database."""
    assert status == requests.get(f"{url}?{query}", timeout=30).status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_other_sites_change_nothing(url, headers, status):
    """A browser tells where a request comes from."""
    response = requests.post(url, json={"title": "Forged", "text": ""}, headers=headers, timeout=30)
    assert status == response.status_code


def test_same_origin_is_told_by_the_host(url):
    """Browsers without Fetch Metadata tell the origin alone."""
    origin = url.removesuffix("/api/notes")
    assert 201 == send("POST", url, {"title": "Own", "text": ""}, Origin=origin).status_code


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/0", 404),
        ("GET", "/x", 404),
        ("GET", "/99999999999", 404),
        ("GET", "/2147483647", 404),
        ("GET", "/1/2", 404),
        ("GET", "?page=0", 404),
        ("GET", "?other=1", 404),
        ("GET", "/1?number=2", 404),
        ("PATCH", "", 405),
        ("DELETE", "", 404),
    ],
)
def test_what_is_not_there(url, method, path, status):
    """Is told as a problem in JSON."""
    response = send(method, url + path)
    assert (status, status) == (response.status_code, response.json()["status"])


def test_health_readiness_and_instance(url):
    """Those who look after it see what they need."""
    root = url.removesuffix("/api/notes")
    for path, words in (("/health", "alive"), ("/ready", "ready")):
        response = send("GET", root + path)
        assert (200, words) == (response.status_code, response.text)
        assert "one" == response.headers["X-Instance"]


def test_page_may_use_nothing_but_its_own(url):
    """All that the page needs is served with it, and its policy allows nothing else."""
    root = url.removesuffix("/api/notes")
    page = send("GET", f"{root}/")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "//" not in page.text.replace("http://www.w3.org/2000/svg", "")
    for name in ("pure-min.css", "notes.css", "notes.js"):
        assert name in page.text
        assert 200 == send("GET", f"{root}/{name}").status_code


@pytest.mark.parametrize(("name", "kind"), SERVED.values(), ids=SERVED.keys())
@pytest.mark.parametrize("crash", [False, True])
def test_pool_survives_a_restart_of_the_database(name, kind, crash):
    """While it is away clients are asked to come again, and then all is as before."""
    with ExitStack() as stack:
        cluster = Cluster(timeout=60)
        try:
            cluster.start()
        except StackError as error:
            pytest.skip(str(error))
        stack.callback(cluster.stop)
        server = InProcessServer(launch(name, kind, Databases(cluster.url).create()))
        server.start()
        stack.callback(server.stop)
        note, _ = create(f"{server.url}/api/notes", "Before")
        cluster.restart(crash=crash)
        assert "Before" == send("GET", note).json()["title"]
        cluster.stop()
        response = send("GET", note)
        assert (503, "1") == (response.status_code, response.headers["Retry-After"])
        assert 503 == send("GET", f"{server.url}/ready").status_code
        assert 200 == send("GET", f"{server.url}/health").status_code


def test_access_log_is_json(tmp_path):
    """Each line says which instance answered what, and nothing in a request breaks it."""
    script = (
        "import sys, requests, cherrypy\n"
        "from robot_cherrypy.harness.in_process import InProcessServer\n"
        "from robot_cherrypy.tests.sample_app.test_notes_api import launch\n"
        f"server = InProcessServer(launch('notes', 'threaded', 'sqlite:///{tmp_path}/notes.db'))\n"
        "server.start()\n"
        "cherrypy.log.screen = True\n"
        "requests.get(server.url + '/health?\"%22{}', timeout=30)\n"
        "server.stop()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    entry = json.loads(done.stdout.splitlines()[-1])
    assert ("one", 404) == (entry["instance"], entry["status"])
    assert entry["request"].startswith("GET /health?")
    assert entry["request"].endswith(" HTTP/1.1")


def test_migrations_make_what_the_models_say(tmp_path):
    """Alembic finds nothing to be done."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    from sample_app.notes import database

    url = f"sqlite:///{tmp_path}/notes.db"
    database.migrate(url)
    config = Config()
    config.set_main_option("script_location", str(database._MIGRATIONS))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_unknown_setting_is_told():
    """A misspelt entry is an error."""
    from sample_app.notes.settings import Settings

    with pytest.raises(ValueError, match=r"^There is no entry 'notes\.databse'\.$"):
        Settings().set_entry("databse", "")
