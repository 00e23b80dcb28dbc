"""A MariaDB server runs for the time of a suite, and its databases are copied and reset."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pymysql
import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import executables
from robot_cherrypy.stack.mariadb import Mariadb
from robot_cherrypy.stack.mariadb_databases import MariadbDatabases, _parameters
from robot_cherrypy.tests.stack.conftest import TIMEOUT, needs

# A database with something of each kind.
CONTENT = """
CREATE TABLE words (number INT PRIMARY KEY, word TEXT, twice INT AS (number * 2) STORED);
CREATE TABLE uses (word INT, FOREIGN KEY (word) REFERENCES words (number));
CREATE VIEW only_words AS SELECT word FROM words;
CREATE TRIGGER shout BEFORE UPDATE ON words FOR EACH ROW SET NEW.word = upper(NEW.word);
CREATE PROCEDURE read_words() SELECT word FROM only_words ORDER BY word;
INSERT INTO words (number, word) VALUES (1, 'ä\\r\\nb'), (2, NULL), (3, '');
INSERT INTO uses VALUES (1)
"""
WORDS = [[None], [""], ["ä\r\nb"]]


@pytest.fixture(scope="module")
def server():
    """A server that is shared by all tests."""
    needs(executables.mariadb)
    shared = Mariadb(timeout=TIMEOUT)
    shared.start()
    yield shared
    shared.stop()


@pytest.fixture
def databases(server):
    """Databases that are dropped at the end of the test."""
    databases = MariadbDatabases(server.url)
    yield databases
    databases.drop_all()


@pytest.fixture
def database(databases):
    """A database with something of each kind."""
    url = databases.create()
    databases.query(url, CONTENT)
    return url


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT 1; SELECT 2", [[2]]),
        ("SELECT 1; DELETE FROM uses", []),
        ("DELETE FROM uses; SELECT 1", [[1]]),
        ("SELECT 1; call read_words()", WORDS),
    ],
)
def test_rows_are_those_of_the_last_statement(databases, database, statement, rows):
    """Also if that has none; a procedure has those that it selects."""
    assert rows == databases.query(database, statement)


def test_template_is_copied_with_everything(databases, database):
    """Constraints, views, triggers and procedures, too; the copy can be reset to it."""
    copy = databases.create(database)
    assert WORDS == databases.query(copy, "CALL read_words()")
    databases.query(copy, "UPDATE words SET word = 'loud' WHERE number = 2")
    assert [["LOUD"]] == databases.query(copy, "SELECT word FROM words WHERE number = 2")
    with pytest.raises(StackError, match="foreign key constraint fails"):
        databases.query(copy, "INSERT INTO uses VALUES (9)")
    assert WORDS == databases.query(database, "CALL read_words()")
    databases.reset(copy)
    assert WORDS == databases.query(copy, "CALL read_words()")


def test_open_transaction_does_not_keep_a_database(databases, database):
    """Its connection is closed."""
    databases.save(database)
    with pymysql.connect(**_parameters(database)) as connection:
        connection.cursor().execute("DELETE FROM uses")
        databases.reset(database)
    assert [[1]] == databases.query(database, "SELECT count(*) FROM uses")


def test_reset_that_fails_changes_nothing(databases, database):
    """The database has the content that it had before."""
    copy = databases.create(database)
    databases.query(copy, "DELETE FROM uses")
    databases._templates[copy.rpartition("/")[2]] = b"CREATE TABLE broken"
    with pytest.raises(StackError, match=r"^mariadb failed: [\s\S]*ERROR 1113"):
        databases.reset(copy)
    assert [[0]] == databases.query(copy, "SELECT count(*) FROM uses")
    assert WORDS == databases.query(copy, "CALL read_words()")


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("SELECT NULL, '', 1.50, x'00ff'", [None, "", Decimal("1.50"), b"\x00\xff"]),
        ("SELECT TIMESTAMP '2024-02-29 12:00:00.5'", [datetime(2024, 2, 29, 12, 0, 0, 500000)]),  # noqa: DTZ001
        ("SELECT 7 % 4, '%s', '😀'", [3, "%s", "😀"]),
        ("SELECT 1; SELECT 2, 3", [2, 3]),
        ("SELECT @@time_zone", ["+00:00"]),
    ],
)
def test_values_keep_their_types(databases, statement, row):
    """Nothing is lost or changed between MariaDB and the test."""
    assert [row] == databases.query(databases.url, statement)


@pytest.mark.parametrize("crash", [False, True])
def test_data_survives_a_restart(server, databases, database, crash):
    """After a stop as after a crash."""
    before = server._process_id()
    server.restart(crash=crash)
    assert before != server._process_id()
    assert WORDS == databases.query(database, "CALL read_words()")


def test_others_have_no_access(server):
    """Neither without a password nor with one on a command line."""
    for user in ("root", "robot", ""):
        with pytest.raises(pymysql.MySQLError, match="Access denied"):
            pymysql.connect(host="127.0.0.1", port=server._port, user=user)
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert server._password.encode() not in file.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue


def test_missing_program_is_reported(monkeypatch):
    """The error says how to install MariaDB."""
    monkeypatch.setattr(executables, "_MARIADB", ())
    with pytest.raises(StackError) as caught:
        Mariadb(timeout=1).start()
    assert (
        "There is no MariaDB: run 'robot-cherrypy doctor --install', or 'apt-get install"
        " mariadb-server'."
    ) == str(caught.value)
