"""Databases are created for a suite and reset between its tests."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import postgresql_client
from robot_cherrypy.stack.databases import Databases
from robot_cherrypy.stack.postgresql_client import name_of, parameters_of, with_name

# A statement, and the only row that it returns.
VALUES = [
    ("SELECT NULL, '', 0, false", [None, "", 0, False]),
    (r"SELECT E'a\r\nb\rc\nd|\x1e\x1f'", ["a\r\nb\rc\nd|\x1e\x1f"]),
    (r"SELECT '\x00ff0a'::bytea", [b"\x00\xff\n"]),
    ("SELECT 1.50, 'NaN'::numeric::text, 0.1::float4", [Decimal("1.50"), "NaN", 0.1]),
    (
        "SELECT '2024-02-29 12:00:00.5+02'::timestamptz",
        [datetime(2024, 2, 29, 10, 0, 0, 500000, UTC)],
    ),
    ("SELECT date '2024-02-29', interval '2 days 3:00'", [date(2024, 2, 29), timedelta(2, 10800)]),
    ("SELECT date 'infinity', timestamptz '-infinity'", ["infinity", "-infinity"]),
    ("SELECT date '0044-03-15 BC', time '24:00'", ["0044-03-15 BC", "24:00:00"]),
    ("SELECT interval '1 month 2 days'", ["1 mon 2 days"]),
    ("SELECT ARRAY[1, NULL, 3], ARRAY['infinity'::date]", [[1, None, 3], ["infinity"]]),
    ("""SELECT '{"a": [1, null, 0.1]}'::jsonb, 'null'::json""", [{"a": [1, None, 0.1]}, None]),
    ("SELECT '1234567890.12345678901'::jsonb", [Decimal("1234567890.12345678901")]),
    ("SELECT 7 % 4, '%s'", [3, "%s"]),
    ("SELECT 1; SELECT 2, 3", [2, 3]),
]

# Forms of a URL, what they name, and how they name another database.
URLS = [
    (
        "postgresql://me:secret@host:5/db?sslmode=require",
        dict(user="me", password="secret", host="host", port="5", dbname="db", sslmode="require"),  # noqa: C408
        "postgresql://me:secret@host:5/x%20y?sslmode=require",
    ),
    ("postgres://host", {"host": "host"}, "postgres://host/x%20y"),
    ("postgresql:///db?host=/run", {"dbname": "db", "host": "/run"}, "postgresql:///x%20y?host=/run"),
    ("postgresql://", {}, "postgresql:///x%20y"),
    ("postgresql://?dbname=db&host=h", {"dbname": "db", "host": "h"}, "postgresql:///x%20y?host=h"),
    ("postgresql+psycopg://h/db", {"host": "h", "dbname": "db"}, "postgresql+psycopg://h/x%20y"),
    ("postgresql://[::1]:5/db", {"host": "::1", "port": "5", "dbname": "db"}, "postgresql://[::1]:5/x%20y"),
    ("postgresql://a:1,b:2/db", {"host": "a,b", "port": "1,2", "dbname": "db"}, "postgresql://a:1,b:2/x%20y"),
    ("postgresql://u:p%3F?@h/db", {"user": "u", "password": "p??", "host": "h", "dbname": "db"}, "postgresql://u:p%3F?@h/x%20y"),
    ("postgresql://%2Frun/db", {"host": "/run", "dbname": "db"}, "postgresql://%2Frun/x%20y"),
    ("host=h dbname='d b'", {"host": "h", "dbname": "d b"}, "dbname='x y' host=h"),
]  # fmt: skip


def test_template_is_copied(databases):
    """A copy has the tables of its template; changes of the copy do not change the template."""
    template = databases.create()
    databases.query(template, "CREATE TABLE words AS SELECT 'first' AS word")
    copy = databases.create(template)
    databases.query(copy, "INSERT INTO words VALUES ('second')")
    assert [["first"], ["second"]] == databases.query(copy, "SELECT word FROM words ORDER BY 1")
    assert [["first"]] == databases.query(template, "SELECT word FROM words")


def test_reset_restores_the_template(databases):
    """After a reset, a database is as it was when it was created."""
    template = databases.create()
    databases.query(template, "CREATE TABLE words AS SELECT 'first' AS word")
    copy = databases.create(template)
    databases.query(copy, "UPDATE words SET word = 'changed'")
    databases.reset(copy)
    assert [["first"]] == databases.query(copy, "SELECT word FROM words")


def test_reset_that_is_refused_changes_nothing(databases):
    """While somebody is connected to the template, the database stays as it is."""
    template = databases.create()
    copy = databases.create(template)
    databases.query(copy, "CREATE TABLE words AS SELECT 'mine' AS word")
    with (
        psycopg.connect(template),
        pytest.raises(StackError, match=r"is being accessed by other users\s+DETAIL: +There is 1"),
    ):
        databases.reset(copy)
    assert [["mine"]] == databases.query(copy, "SELECT word FROM words")
    databases.reset(copy)
    assert [[0]] == databases.query(
        copy, "SELECT count(*) FROM pg_tables WHERE tablename = 'words'"
    )


def test_reset_that_cannot_drop_leaves_no_copy(databases):
    """If the database itself cannot be dropped, the new copy is dropped again."""
    database = databases.create()
    names = databases.query(databases.url, "SELECT datname FROM pg_database ORDER BY 1")
    databases.query(databases.url, f'ALTER DATABASE "{name_of(database)}" IS_TEMPLATE true')
    with pytest.raises(StackError, match="cannot drop a template database"):
        databases.reset(database)
    assert names == databases.query(databases.url, "SELECT datname FROM pg_database ORDER BY 1")
    databases.query(databases.url, f'ALTER DATABASE "{name_of(database)}" IS_TEMPLATE false')


def test_database_in_use_is_saved(databases):
    """Its connections are closed, such as those of a pool that nobody uses now."""
    database = databases.create()
    with psycopg.connect(database) as connection:
        databases.save(database)
        with pytest.raises(psycopg.OperationalError, match="terminating connection"):
            connection.execute("SELECT 1")


def test_saved_database_is_restored(cluster, databases):
    """A database that was made elsewhere can be saved and reset, and is not dropped."""
    databases.query(cluster.url, 'CREATE DATABASE "else where"')
    url = with_name(cluster.url, "else where")
    databases.query(url, "CREATE TABLE words AS SELECT 'first' AS word")
    databases.save(url)
    databases.query(url, "DROP TABLE words")
    databases.reset(url)
    databases.drop_all()
    assert [["first"]] == databases.query(url, "SELECT word FROM words")
    databases.query(cluster.url, 'DROP DATABASE "else where"')


@pytest.mark.parametrize(("statement", "row"), VALUES)
def test_values_keep_their_types(databases, statement, row):
    """Nothing is lost or changed between PostgreSQL and the test."""
    assert [row] == databases.query(databases.url, statement)


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT * FROM (VALUES (NULL), (''), ('x')) AS notes", [[None], [""], ["x"]]),
        ("SELECT 1 WHERE false", []),
        ("SET search_path = public", []),
        ("VACUUM pg_class", []),
        ("", []),
    ],
)
def test_rows(databases, statement, rows):
    """Each row counts, also without a visible value; some statements have none."""
    assert rows == databases.query(databases.url, statement)


def test_several_statements_are_one_transaction(databases):
    """If one fails, none has been carried out."""
    database = databases.create()
    with pytest.raises(StackError, match="division by zero"):
        databases.query(database, "CREATE TABLE words (word text); SELECT 1 / 0")
    with pytest.raises(StackError, match="does not exist"):
        databases.query(database, "SELECT * FROM words")


def test_all_are_dropped(cluster):
    """On a server that runs on, no database is left."""
    databases = Databases(cluster.url)
    database = databases.create()
    databases.drop_all()
    with pytest.raises(StackError, match=f'database "{name_of(database)}" does not exist'):
        databases.query(database, "SELECT 1")


def test_database_that_cannot_be_dropped_is_reported(cluster):
    """The others are dropped all the same; PostgreSQL drops no database marked as a template."""
    databases = Databases(cluster.url)
    first, kept, last = (databases.create() for _ in range(3))
    databases.query(cluster.url, f'ALTER DATABASE "{name_of(kept)}" IS_TEMPLATE true')
    with pytest.raises(StackError, match="cannot drop a template database"):
        databases.drop_all()
    for database in (first, last):
        with pytest.raises(StackError, match="does not exist"):
            databases.query(database, "SELECT 1")
    databases.query(cluster.url, f'ALTER DATABASE "{name_of(kept)}" IS_TEMPLATE false')
    databases.query(cluster.url, f'DROP DATABASE "{name_of(kept)}"')


def test_only_own_databases_are_reset(databases):
    """A database that was not created here is not dropped by mistake."""
    with pytest.raises(StackError) as caught:
        databases.reset(databases.url)
    assert "Database 'postgres' was not created here. Created: none." == str(caught.value)


def test_refused_database_was_not_created(databases):
    """A database that PostgreSQL refused is not among those to drop."""
    with pytest.raises(StackError, match='template database "other" does not exist'):
        databases.create("postgresql://localhost/other")
    assert {} == databases._templates


def test_refusal_is_reported(databases):
    """The error has the statement and PostgreSQL's own message."""
    with pytest.raises(StackError, match=r"^PostgreSQL refused \'SELEC 1\': ERROR:  syntax error"):
        databases.query(databases.url, "SELEC 1")


def test_user_who_may_create_no_database_is_reported(cluster):
    """Before any test runs, the error says which right is missing."""
    databases = Databases(cluster.url)
    databases.check()
    databases.query(cluster.url, "CREATE ROLE guest LOGIN PASSWORD 'guest'")
    try:
        guest = Databases(f"postgresql://guest:guest@127.0.0.1:{cluster._port}/postgres")
        with pytest.raises(StackError, match=r"user 'guest' may not create databases"):
            guest.check()
    finally:
        databases.query(cluster.url, "DROP ROLE guest")


@pytest.mark.parametrize(("url", "parameters", "renamed"), URLS)
def test_forms_of_urls(url, parameters, renamed):
    """What libpq and SQLAlchemy take is taken, and keeps its form with another name."""
    assert parameters == parameters_of(url)
    assert renamed == with_name(url, "x y")
    assert "x y" == name_of(renamed)


@pytest.mark.parametrize(
    "url", ["postgresql://me:secret@h:x:y/db?no=1", "host=h password=secret x"]
)
def test_other_urls_are_refused(url):
    """The error has no password, and says what a URL looks like."""
    with pytest.raises(
        StackError, match=r"names no PostgreSQL database, as 'postgresql://"
    ) as caught:
        parameters_of(url)
    assert "secret" not in str(caught.value)


def test_unreachable_server_is_reported():
    """The error has the URL without its password, and the reason."""
    with pytest.raises(StackError, match=r"^The database '.*' cannot be reached: ") as caught:
        Databases("postgresql://me:secret@127.0.0.1:1/postgres").check()
    assert "secret" not in str(caught.value)


def test_variables_of_the_shell_are_ignored(cluster, monkeypatch):
    """None of libpq's variables, not even a wrong one, changes a connection to our own server."""
    options = [option for option in psycopg.pq.Conninfo.get_defaults() if option.envvar]
    names = [option.envvar.decode() for option in options]
    for name in [*names, "PGDATESTYLE", "PGTZ", "PGGEQO", "PGREQUIRESSL"]:
        monkeypatch.setenv(name, "1")
    assert [[1]] == Databases(cluster.url).query(cluster.url, "SELECT 1")
    assert all(name in postgresql_client.os.environ for name in names)


def test_variables_complete_the_url_of_another_server(cluster, monkeypatch):
    """A password need not be in the URL."""
    for name in ("user", "password", "port"):
        monkeypatch.setenv(f"PG{name.upper()}", parameters_of(cluster.url)[name])
    databases = Databases("postgresql://127.0.0.1/postgres", reads_environment=True)
    assert [[1]] == databases.query(databases.url, "SELECT 1")
