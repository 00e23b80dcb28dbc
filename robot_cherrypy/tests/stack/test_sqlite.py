"""SQLite files are created for a suite and reset between its tests, while applications use them."""

import sqlite3
import subprocess
import sys

import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import sqlite
from robot_cherrypy.stack.sqlite import SqliteDatabases

# A process that keeps a database open: it changes the content, and reads it when told to.
APPLICATION = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("DELETE FROM words")
print("ready", flush=True)
input()
print([word for word, in connection.execute("SELECT word FROM words")], flush=True)
"""


@pytest.fixture
def databases():
    """Databases that are deleted at the end of the test."""
    databases = SqliteDatabases()
    yield databases
    databases.drop_all()


@pytest.fixture(params=["delete", "wal"])
def own_file(request, tmp_path):
    """A file of an application, in both ways in which SQLite keeps transactions."""
    path = tmp_path / "ä b.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA journal_mode = {request.param}")
        connection.execute("CREATE TABLE words AS SELECT 'first' AS word")
    connection.close()
    return path


def test_template_is_copied(databases):
    """A copy has the content of its template, and is reset to it."""
    template = databases.create()
    databases.query(template, "CREATE TABLE words AS SELECT 'first' AS word")
    copy = databases.create(template)
    databases.query(copy, "DROP TABLE words")
    databases.reset(copy)
    assert [["first"]] == databases.query(copy, "SELECT word FROM words")
    databases.reset(template)
    assert [] == databases.query(template, "SELECT * FROM sqlite_master")


def test_file_is_reset_while_another_process_uses_it(databases, own_file):
    """The other process sees the old content through the connection that it has."""
    url = f"sqlite:///{own_file}"
    databases.save(url)
    command = [sys.executable, "-c", APPLICATION, str(own_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as application:
        application.stdout.readline()
        assert [] == databases.query(url, "SELECT word FROM words")
        databases.reset(url)
        output, _ = application.communicate(b"\n", timeout=60)
    assert b"['first']\n" == output
    databases.drop_all()
    assert own_file.exists()


def test_locked_file_stays_as_it_is(databases, own_file, monkeypatch):
    """A transaction that has not ended is not overwritten."""
    monkeypatch.setattr(sqlite, "_TIMEOUT", 0.1)
    url = f"sqlite:///{own_file}"
    databases.save(url)
    transaction = sqlite3.connect(own_file)
    transaction.execute("INSERT INTO words VALUES ('second')")
    with pytest.raises(StackError, match="a transaction that has not ended holds it locked"):
        databases.reset(url)
    transaction.commit()
    transaction.close()
    assert [["first"], ["second"]] == databases.query(url, "SELECT word FROM words")


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT NULL, '', 1, 1.5, x'00ff', 'a;b'", [[None, "", 1, 1.5, b"\x00\xff", "a;b"]]),
        ("CREATE TABLE a (i); INSERT INTO a VALUES (1), (NULL); SELECT i FROM a;", [[1], [None]]),
        ("CREATE TABLE a (i); -- a comment; and more\n", []),
        ("", []),
    ],
)
def test_statements(databases, statement, rows):
    """Values keep their types; of several statements, the rows are those of the last."""
    assert rows == databases.query(databases.create(), statement)


def test_several_statements_are_one_transaction(databases):
    """If one fails, none has been carried out."""
    url = databases.create()
    with pytest.raises(StackError, match=r"^SQLite refused 'CREATE .*: no such table: b"):
        databases.query(url, "CREATE TABLE a (i); SELECT * FROM b")
    assert [] == databases.query(url, "SELECT * FROM sqlite_master")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_database_in_memory_is_refused(databases, url):
    """Only its application has a connection to it."""
    with pytest.raises(StackError, match="belongs to its application alone"):
        databases.save(url)


def test_missing_file_is_reported(databases, tmp_path):
    """It is not made by mistake."""
    with pytest.raises(StackError, match=r"^There is no SQLite database at /"):
        databases.query(f"sqlite+aiosqlite:///{tmp_path}/none", "SELECT 1")
    assert [] == list(tmp_path.iterdir())
