"""Secrets are known by their values, whichever way they came."""

import base64

import pytest
from robot.running.arguments import ArgumentSpec
from robot.utils import Secret

from robot_cherrypy.evidence import known_secrets
from robot_cherrypy.evidence.known_secrets import KnownSecrets
from robot_cherrypy.tests.evidence.records import exchange

VARIABLES = {
    "${PW}": "swordfish",
    "${ACCOUNT}": {"user": "ann", "password": "swordfish"},
    "@{BOTH}": ["id:word", "swordfish"],
    "&{NAMED}": {"locator": "id:word", "password": "swordfish"},
    "${SECRET}": Secret("swordfish"),
    "${ACCOUNTS}": [{"key": Secret("swordfish")}],
    "${API KEY}": "swordfish",
}


@pytest.fixture
def secrets(monkeypatch):
    """What is known, in a run that has some variables."""

    class BuiltIn:
        def replace_variables(self, text):
            return {"${ACCOUNT}[password]": "swordfish", **VARIABLES}[text]

        def get_variable_value(self, name):
            return VARIABLES.get(name)

        def get_variables(self, **_options):
            return {
                "TOKEN": "open sesame",
                "BACKUP_TOKENS": ["xyzzy"],
                "PIN": "tea",
                "TEA": "assam",
            }

    monkeypatch.setattr(known_secrets, "BuiltIn", BuiltIn)
    monkeypatch.setattr(known_secrets.os, "environ", {})
    return KnownSecrets()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Input Password", ("id:word", "swordfish")),
        ("Input Password", ("id:word", "${PW}")),
        ("Input Password", ("id:word", "${ACCOUNT}[password]")),
        ("Input Password", ("id:word", "password=swordfish")),
        ("Input Password", ("id:word", "${PW}", "clear=True")),
        ("Input Password", ("@{BOTH}",)),
        ("Input Password", ("&{NAMED}",)),
        ("Input Password", ("id:word", "${SECRET}")),
        ("Fill Secret", ("id=word", "$PW")),
        ("Input Text", ("id:password", "${PW}")),
        ("Press Keys", ("id:password", "swordfish", "TAB")),
        ("Log In", ("ann", "password=swordfish")),
        ("Log In", ("ann", "${SECRET.value}")),
        ("Log In", ("${ACCOUNT}",)),
        ("Log In", ("${ACCOUNTS}[0]",)),
        ("Log", ("${API KEY}",)),
    ],
)
def test_secrets_of_keywords_are_known(secrets, name, arguments):
    """Arguments are resolved as Robot resolves them."""
    secrets.add_keyword(name, arguments)
    assert "it is •••" == secrets.masker().text("it is swordfish")


def test_other_arguments_are_no_secrets(secrets):
    """Names and texts of fields stay in the report."""
    secrets.add_keyword("Input Text", ("id:tea", "swordfish"))
    secrets.add_keyword("Input Password", ())
    assert "swordfish" == secrets.masker().text("swordfish")


def test_parameters_with_telling_names_are_known(secrets):
    """Also if the keyword is one of the suite, and types nothing."""
    specification = ArgumentSpec(positional_or_named=["user", "password"])
    secrets.add_parameters(specification, ("ann", "swordfish"))
    secrets.add_parameters(ArgumentSpec(positional_or_named=["user", "tea"]), ("bob", "assam"))
    secrets.add_parameters(specification, ())
    assert "ann ••• bob assam" == secrets.masker().text("ann swordfish bob assam")


def test_secrets_of_requests_are_known(secrets):
    """They are in parameters, JSON and credentials."""
    code = base64.b64encode(b"ann:open sesame").decode()
    form = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Authorization", f"Basic {code}"),
        ("X-Api-Key", "mellon"),
    ]
    secrets.add_received(None)
    secrets.add_received(
        exchange(query="token=swordfish", raw_body=b"pin=xyzzy&a=tea", raw_request_headers=form)
    )
    secrets.add_received(exchange(raw_body=b'{"a": {"password": "abracadabra"}}'))
    shown = secrets.masker().text("swordfish xyzzy tea, open sesame, abracadabra, mellon")
    assert "••• ••• tea, •••, •••, •••" == shown


def test_secrets_of_the_environment_are_known(secrets, monkeypatch):
    """So are passwords in addresses of databases."""
    monkeypatch.setattr(
        known_secrets.os,
        "environ",
        {
            "DB_PASSWORD": "swordfish",
            "DATABASE": "postgresql://ann:x%40yzzy@x/y",
            "PWD": "/tea",
        },
    )
    assert "•••, •••, ann, /tea" == secrets.masker().text("swordfish, x@yzzy, ann, /tea")


def test_secrets_that_containers_are_given_are_known(secrets):
    """By the names of their settings; a name alone, or a number, is no secret."""
    given = {"DB_PASSWORD": "swordfish", "DB_PASSWORD_FILE": "/run/db", "USER": "ann", "PIN": "1"}
    secrets.add_settings(given.items())
    assert "••• /run/db ann 1" == secrets.masker().text("swordfish /run/db ann 1")


def test_variables_with_telling_names_are_known(secrets):
    """Wherever they are used, such as in an address."""
    shown = secrets.masker().text("/?a=open+sesame&b=xyzzy, tea, assam")
    assert "/?a=•••&b=•••, tea, assam" == shown


def test_the_newest_secrets_are_kept(secrets):
    """A run may type any number of passwords."""
    secrets.add(f"password no. {number:05}" for number in range(2_000))
    shown = secrets.masker().text("password no. 00000 password no. 01999")
    assert "password no. 00000 •••" == shown
