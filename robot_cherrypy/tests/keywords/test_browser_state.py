"""The report masks what is kept of a log-in, wherever it is in a file."""

import json
from urllib.parse import quote

import pytest

from robot_cherrypy.evidence.known_secrets import KnownSecrets
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.keywords import browser_state


@pytest.fixture
def shown(monkeypatch):
    """Return a text as the report shows it after a state was saved or loaded."""
    secrets = KnownSecrets()
    monkeypatch.setattr(browser_state, "SECRETS", secrets)

    def shown(text, cookies=(), **storage):
        kept = [{"name": name, "value": value} for name, value in dict(cookies).items()]
        browser_state._mask({"cookies": kept, "storage": {"localStorage": storage}})
        return Masker(secrets._values).text(text)

    return shown


@pytest.mark.parametrize(
    "stored",
    [
        "earlgrey",
        "gray",
        {"user": {"names": ["ann", "earlgrey"]}},
        {"state": json.dumps({"jwt": "earlgrey"})},
        {"pin": 7},
        {"token": {"value": "tea"}},
    ],
)
def test_texts_are_masked(shown, stored):
    """Short ones, and those in JSON, which may be in JSON or in a cookie."""
    secret = next(text for text in ("earlgrey", "gray", "tea", "7") if text in json.dumps(stored))
    text = stored if isinstance(stored, str) else json.dumps(stored)
    assert "It is ***" == shown(f"It is {secret}", basket=text).replace("•••", "***")
    assert secret not in shown(f"It is {secret}", {"basket": quote(text)})


def test_documents_take_no_time(shown):
    """A page may have stored its articles and pictures; they are no secrets."""
    stored = {"news": "<p class='x'>Tea</p> " * 100_000, "picture": "abcd" * 1_000_000}
    assert "Tea, gray" == shown("Tea, gray", **stored)


def test_usual_words_are_not_masked(shown):
    """They may be in every text."""
    text = "true: 12 teas"
    assert text == shown(text, basket='{"open": true, "teas": 12, "a": "12"}', wanted="true")


def test_what_was_typed_before_stays_masked(shown):
    """However much a page has stored."""
    browser_state.SECRETS.add(["swordfish"])
    many = json.dumps([f"text {number}" for number in range(2_000)])
    assert "swordfish" not in shown("The password is swordfish, tea is 3", many=many, pin="3")
