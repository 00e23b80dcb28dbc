"""In a traceback the application's frames stand out."""

from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.tracebacks import raised_at, traceback
from robot_cherrypy.tests.evidence.parsed import Parsed
from robot_cherrypy.tests.evidence.records import HOSTILE, TRACEBACK, error

LONG = """Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/sqlalchemy/engine.py", line 1, in run
    execute()
  File "/usr/lib/python3.11/site-packages/sqlalchemy/dialect.py", line 2, in execute
    ^^^^^^
sqlite3.Error: no such table

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/home/ann/shop.py", line 7, in buy
    order.save()
  File "/usr/lib/python3.11/json/decoder.py", line 3, in decode
    raise error
shop.OrderError: not saved
[SQL: SELECT 1]"""


def parsed(text, masker=None):
    """A traceback as a browser reads it."""
    return Parsed(traceback(error(traceback=text), masker or Masker()))


def test_frames_of_libraries_are_folded():
    """Consecutive ones are one part; those of the application are not folded."""
    shown = parsed(LONG)
    assert ["2 frames of sqlalchemy", "1 frame of Python"] == shown.texts("summary")
    assert ['  File "/home/ann/shop.py", line 7, in buy\n    order.save()'] == shown.texts(
        "span", "own"
    )
    assert all("open" not in part.attributes for part in shown.all("details"))


def test_the_place_is_that_of_the_application():
    """How far its own code got, though a library raised the exception."""
    assert "/home/ann/shop.py:7, in buy" == raised_at(LONG)
    assert "shop.py:7" == raised_at(TRACEBACK)
    assert not raised_at(LONG.replace("/home/ann", "/usr/lib/python3.11"))
    assert not raised_at("")


def test_the_first_line_of_an_exception_is_bold():
    """The rest of its message is not."""
    assert ["sqlite3.Error: no such table", "shop.OrderError: not saved"] == parsed(LONG).texts("b")
    assert "[SQL: SELECT 1]" in parsed(LONG).texts("pre")[0]


def test_nothing_is_lost():
    """A traceback of the application alone is as Python prints it."""
    assert [TRACEBACK] == parsed(TRACEBACK).texts("pre")


def test_of_a_long_traceback_the_end_is_shown():
    """The end has the exception, the beginning of a recursion tells little."""
    [shown] = parsed("  File again\n" * 10_000 + "RecursionError: too deep").texts("pre")
    assert 15_000 < len(shown) < 25_000
    assert shown.endswith("RecursionError: too deep")


def test_without_a_traceback_there_is_nothing():
    """An error that is only a status of 500 has none."""
    assert "" == traceback(error(traceback=""), Masker())


def test_texts_are_escaped_and_masked():
    """Also in the names of libraries."""
    file = f'  File "/site-packages/{HOSTILE}/x.py", line 1, in swordfish\n    x()\n{HOSTILE}'
    shown = parsed(file, Masker(["swordfish"]))
    assert [] == shown.all("script") == shown.all("img")
    assert "swordfish" not in shown.texts("pre")[0]
