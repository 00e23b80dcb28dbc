"""No secret reaches a report."""

import pytest

from robot_cherrypy.evidence.masking import Masker

MASKED = {
    "/login?user=ann&password=earl": "/login?user=ann&password=•••",
    "http://ann:earl@127.0.0.1/": "http://•••@127.0.0.1/",
    "{'api_key': 'abc', 'size': '5'}": "{'api_key': '•••', 'size': '5'}",
    '{"token": "abc", "size": 5}': '{"token": "•••", "size": 5}',
    "the word is swordfish, or sword%2Ffish": "the word is •••, or •••",
    "nothing to hide": "nothing to hide",
}


@pytest.mark.parametrize("text", MASKED)
def test_texts_are_masked(text):
    """By the names that values have, and by the values that are known."""
    assert MASKED[text] == Masker(["swordfish", "sword/fish"]).text(text)


def test_headers_that_carry_secrets_are_masked():
    """Whatever their values are."""
    headers = {"Cookie": "session_id=1", "authorization": "Basic x", "Accept": "*/*"}
    expected = {"Cookie": "•••", "authorization": "•••", "Accept": "*/*"}
    assert expected == Masker().headers(headers)


def test_values_with_secret_names_are_masked():
    """As in forms and sessions."""
    expected = {"card_number": "•••", "basket": "['tea']"}
    assert expected == Masker().values({"card_number": 4929, "basket": ["tea"]})


def test_a_short_secret_does_not_mask_half_the_page():
    """A password of one letter is none."""
    assert "banana" == Masker(["a"]).text("banana")
