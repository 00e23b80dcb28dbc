"""Texts of applications become such that every program can take them."""

import logging
import random

from robot_cherrypy.traffic.exchange import LogLine, RecordedError
from robot_cherrypy.traffic.journal import Journal
from robot_cherrypy.traffic.text import as_text, encodable


def test_any_text_is_encodable():
    """A text without half surrogate pairs stays as it is."""
    chance = random.Random(14)
    for _ in range(500):
        text = "".join(chr(chance.randrange(0x11_0000)) for _ in range(20))
        shown = encodable(text)
        assert shown.encode().decode() == shown
        halves = any("\ud800" <= character <= "\udfff" for character in text)
        assert halves == (shown != text)


def test_records_are_encodable():
    """Everything that an application says in them is."""
    error = RecordedError(type="\ud800", message="\ud801", traceback="\ud802", handler="\ud803")
    line = LogLine("\ud804", logging.ERROR, "shop")
    shown = [error.type, error.message, error.traceback, error.handler, line.text]
    assert ["\\ud800", "\\ud801", "\\ud802", "\\ud803", "\\ud804"] == shown


class BrokenError(Exception):
    """An exception and value of an application that cannot be shown."""

    def __str__(self):
        raise KeyError("str")

    def __repr__(self):
        raise KeyError("repr")


def test_a_value_without_a_repr_is_named():
    """An error in `repr` costs nothing else."""
    assert "<BrokenError, whose repr raises KeyError>" == as_text(BrokenError())
    assert ("text", "7", "['\\ud83d']") == (as_text("text"), as_text(7), as_text(["\ud83d"]))


def test_an_exception_without_a_text_is_recorded():
    """Its type and its traceback are there."""
    journal = Journal()
    journal.add_exception(BrokenError())
    [recorded] = journal.new_errors
    assert "BrokenError: <BrokenError, whose str raises KeyError>" == recorded.error
    assert "BrokenError: <exception str() failed>" in recorded.traceback
