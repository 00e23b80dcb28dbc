"""Whatever an application says, Robot can write it, and shows it as text."""

import pytest

from robot_cherrypy.errors import RobotCherryPyError, ServerError
from robot_cherrypy.evidence import logger
from robot_cherrypy.evidence.logger import harmless, make_harmless, message_with


def test_half_a_surrogate_pair_is_written_out():
    """The other characters stay."""
    assert "name \\ud83d of \u0000 \U0001f600" == harmless("name \ud83d of \u0000 \U0001f600")


def test_a_text_is_not_taken_for_html():
    """Robot goes by the first characters of a message."""
    assert not harmless("*HTML* <b>").startswith("*HTML*")


@pytest.mark.parametrize("write", [logger.info, logger.warn, logger.error])
def test_messages_are_harmless(write, monkeypatch):
    """Each function writes what `harmless` makes of a text."""
    written = []
    for name in ("info", "warn", "error"):
        monkeypatch.setattr(logger.logger, name, lambda text, **_options: written.append(text))
    write("*HTML* \ud83d")
    assert [" *HTML* \\ud83d"] == written


def test_an_error_keeps_its_class():
    """So do the errors behind it, whose texts Robot writes too."""
    cause = ValueError("\udfff")
    error = ServerError("bad \ud83d")
    error.__cause__ = cause
    cause.__context__ = error
    assert error is make_harmless(error)
    assert ("bad \\ud83d", "\\udfff") == (str(error), str(cause))


def test_an_error_that_cannot_be_changed_is_replaced():
    """Its type and text are in the message."""

    class OddError(Exception):
        def __str__(self):
            return "odd \ud83d"

    replaced = make_harmless(OddError())
    assert RobotCherryPyError is type(replaced)
    assert "OddError: odd \\ud83d" == str(replaced)


def test_an_error_whose_text_raises_is_replaced():
    """Robot asks for the text as well."""

    class BrokenError(Exception):
        def __str__(self):
            raise RuntimeError

    assert "BrokenError: <BrokenError, whose str raises RuntimeError>" == str(
        make_harmless(BrokenError())
    )


def test_reasons_are_added_to_a_message():
    """An empty line is between them."""
    assert "a" == message_with("", ["a"])
    assert "first\n\na\n\nb" == message_with("first", ["a", "b"])


def test_reasons_are_text_in_a_message_of_html():
    """The message of a test may be HTML, what an application says is not."""
    message = message_with("*HTML* <b>first</b>", ["<img src=x>\nline"])
    assert "*HTML* <b>first</b><br><br>&lt;img src=x&gt;<br>line" == message


def test_a_message_has_a_limit():
    """Long reasons are cut, and of many some are shown."""
    long = message_with("", ["x" * 100_000])
    assert long.endswith("… (98000 more characters)")
    assert 2_100 > len(long)
    many = message_with("", [f"reason {number}" for number in range(20_000)])
    assert many.endswith("reason 19\n\n19980 more reasons are left out.")


class _OwnServerError(ServerError):
    pass


@pytest.mark.parametrize(
    ("error", "anchor"),
    [
        (ServerError("x"), "servererror"),
        (_OwnServerError("x"), "servererror"),
        (ValueError("x"), None),
    ],
)
def test_an_error_of_ours_is_explained(error, anchor, monkeypatch):
    """The log links to the section about its public class, where its message is not known."""
    written = []
    monkeypatch.setattr(logger.logger, "info", lambda text, **_options: written.append(text))
    logger.explain(error)
    assert [anchor] * len(written) == [text.partition("#")[2].partition('"')[0] for text in written]
    assert len(written) == (anchor is not None)
