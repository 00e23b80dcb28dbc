"""Databases made for a suite and made anew between its tests."""

import pytest

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack.databases import Databases, name_of, without_password


def test_template_is_copied(databases):
    """A copy has what the template has, and goes its own way."""
    template = databases.create()
    databases.query(template, "CREATE TABLE words AS SELECT 'first' AS word")
    copy = databases.create(template)
    databases.query(copy, "INSERT INTO words VALUES ('second')")
    assert [["first"], ["second"]] == databases.query(copy, "SELECT word FROM words ORDER BY 1")
    assert [["first"]] == databases.query(template, "SELECT word FROM words")


def test_reset_goes_back_to_the_template(databases):
    """A database is as it was when it was created."""
    template = databases.create()
    databases.query(template, "CREATE TABLE words AS SELECT 'first' AS word")
    copy = databases.create(template)
    databases.query(copy, "UPDATE words SET word = 'changed'")
    databases.reset(copy)
    assert [["first"]] == databases.query(copy, "SELECT word FROM words")


def test_fields_are_kept_apart(databases):
    """Line breaks and bars in a field do not end it."""
    rows = databases.query(databases.url, r"SELECT E'a\nb|c', 2 UNION ALL SELECT '', 3 ORDER BY 2")
    assert [["a\nb|c", "2"], ["", "3"]] == rows


def test_dropped_at_the_end(cluster):
    """Nothing is left on a server that goes on."""
    databases = Databases(cluster.url)
    database = databases.create()
    databases.drop_all()
    with pytest.raises(StackError, match=f'database "{name_of(database)}" does not exist'):
        databases.query(database, "SELECT 1")


def test_only_own_databases_are_reset(databases):
    """What somebody else made is not dropped by mistake."""
    with pytest.raises(StackError) as caught:
        databases.reset(databases.url)
    assert "Database 'postgres' was not created here. Created: none." == str(caught.value)


def test_refusal_is_told(databases):
    """The statement and PostgreSQL's own words are in the error."""
    with pytest.raises(StackError, match=r"^PostgreSQL refused \'SELEC 1\': ERROR:  syntax error"):
        databases.query(databases.url, "SELEC 1")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me:secret@host:5/db", "postgresql://me@host:5/db"),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
        ("postgresql://host/db", "postgresql://host/db"),
    ],
)
def test_password_is_taken_out(url, expected):
    """What goes on a command line has none."""
    assert expected == without_password(url)
