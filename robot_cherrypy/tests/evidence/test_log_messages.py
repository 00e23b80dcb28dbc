"""Messages of others are shortened where the evidence shows the same."""

import pytest

from robot_cherrypy.evidence import log_messages
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.tests.evidence.records import HOSTILE, error

STACK = "Stacktrace:\n" + "\n".join(f"#{n} 0x55e8c{n:06x} <unknown>" for n in range(20))
PICTURE = (
    '</td></tr><tr><td colspan="3"><a href="selenium-screenshot-1.png">'
    '<img src="selenium-screenshot-1.png" width="800px"></a>'
)

SHORTENED = {
    f"element not interactable\n{STACK}\n": "element not interactable",
    f"Message: no such window\n{STACK}\nafter": "Message: no such windowafter",
    "an <unknown> element": "an <unknown> element",
    "Stacktrace:\n  at shop.js:7": "Stacktrace:\n  at shop.js:7",
}


@pytest.mark.parametrize("message", SHORTENED)
def test_addresses_in_the_driver_are_left_out(message):
    """They have no names; a stack with names stays."""
    assert SHORTENED[message] == log_messages.without_driver_stack(message)


def test_a_misspelt_name_is_told_once():
    """Keywords around the one that failed have its message, too."""
    message = (
        "ValueError: Argument 'server' got value 'sever=async' that cannot be converted to"
        " 'threaded' or 'async' or None."
    )
    told = f"{message} The keyword has no argument 'sever', so it was taken by position."
    assert [told, told] == [log_messages.explained(text) for text in (message, told)]
    other = message.replace("sever=", "")
    assert other == log_messages.explained(other)


def test_a_picture_of_a_failed_keyword_becomes_a_link():
    """One that the test wants stays, and so do other pictures."""
    link = '<a href="selenium-screenshot-1.png">selenium-screenshot-1.png</a>'
    assert f"Picture of the page: {link}" == log_messages.with_linked_picture(
        PICTURE, "Click Button"
    )
    assert PICTURE == log_messages.with_linked_picture(PICTURE, "Capture Page Screenshot")
    embedded = '<img src="data:image/png;base64,AA==">'
    assert embedded == log_messages.with_linked_picture(embedded, "Click Button")


def test_a_server_error_is_text():
    """Its traceback is folded, and secrets are masked."""
    shown = log_messages.server_error(error(message=HOSTILE), Masker(["shop.Root.buy"]))
    assert "<script>" not in shown
    assert "•••" in shown
    assert shown.startswith("Server error: <details><summary>")
