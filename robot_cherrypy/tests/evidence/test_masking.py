"""No secret reaches a report."""

import base64
import html
import json
import random
import time
from urllib.parse import quote, quote_plus

import pytest

from robot_cherrypy.evidence.masking import Masker

MASKED = {
    "/login?user=ann&PassWord=earl#top": "/login?user=ann&PassWord=•••#top",
    '{"card": "4929", "csrf_token" : "abc"}': '{"card": "•••", "csrf_token" : "•••"}',
    "swordfish swordfish": "••• •••",
    "/login?user=ann&password=earl": "/login?user=ann&password=•••",
    "http://ann:earl@127.0.0.1/": "http://•••@127.0.0.1/",
    "{'api_key': 'abc', 'size': '5'}": "{'api_key': '•••', 'size': '5'}",
    '{"token": "abc", "size": 5}': '{"token": "•••", "size": 5}',
    "the word is swordfish, or sword%2Ffish": "the word is •••, or •••",
    "nothing to hide": "nothing to hide",
    "Cookie=theme=tea; user=ann and more": "Cookie=••• and more",
    r'{"a": "{\&quot;secret\&quot;: \&quot;earl\&quot;}"}': (
        r'{"a": "{\&quot;secret\&quot;: \&quot;•••\&quot;}"}'
    ),
    "SAMLResponse=abc&code_verifier=def&DPoP=ghi": "SAMLResponse=•••&code_verifier=•••&DPoP=•••",
}


@pytest.mark.parametrize("text", MASKED)
def test_texts_are_masked(text):
    """Secrets are recognised by their names and, if known, by their values."""
    assert MASKED[text] == Masker(["swordfish", "sword/fish"]).text(text)


HEADERS = {
    ("set-cookie", "a=1; Path=/; HttpOnly"): "a=•••; Path=/; HttpOnly",
    ("Set-Cookie", "b=2"): "b=•••",
    ("Cookie", "a=1; session_id=x==; y"): "a=•••; session_id=•••;•••",
    ("Accept", "*/*"): "*/*",
    ("Sec-WebSocket-Key", "x"): "x",
    ("Content-Type", "text/html"): "text/html",
}
SECRET_HEADERS = (
    *("Authorization", "Proxy-Authorization", "X-Api-Key", "Api-Key", "X-Auth-Token"),
    *("X-CSRF-Token", "X-Access-Token", "X-Amz-Security-Token", "Private-Token", "X-Session-Id"),
    *("Authentication-Info", "X-XSRF-TOKEN", "Ocp-Apim-Subscription-Key", "X-Hub-Signature-256"),
)


@pytest.mark.parametrize("header", HEADERS)
def test_headers_are_masked(header):
    """Of cookies the names and attributes stay."""
    assert [(header[0], HEADERS[header])] == Masker().headers([header])


@pytest.mark.parametrize("name", SECRET_HEADERS)
def test_headers_that_carry_secrets_are_masked(name):
    """Whatever the case of their names."""
    headers = [(name, "hunter22"), (name.lower(), "hunter22")]
    assert [(name, "•••"), (name.lower(), "•••")] == Masker().headers(headers)


def test_other_headers_are_masked_like_texts():
    """An address may have a secret in it."""
    assert [("Referer", "/?token=•••")] == Masker().headers([("Referer", "/?token=abc")])


def test_values_with_secret_names_are_masked():
    """Parameters and entries of sessions are such values."""
    expected = {"card_number": "•••", "basket": "['tea']"}
    assert expected == Masker().values({"card_number": 4929, "basket": ["tea"]})


# Values that are named in one of the many ways; each has the secret `hunter22`.
NAMED = (
    *(f"/login?user=ann&{name}=hunter22#top" for name in ("pwd", "passwd", "pass", "pw", "pin")),
    *(f"/?{name}=hunter22&a=1" for name in ("code", "key", "session", "sig", "signature", "otp")),
    *(f"/?a=1&{name}=hunter22" for name in ("sid", "sessionid", "auth", "jwt", "api-key", "cvc")),
    "/?user[password]=hunter22",
    "user%5Bpassword%5D=hunter22&a=1",
    "/?next=%2Flogin%3Fpassword%3Dhunter22%26x",
    "http://x/callback#access_token=hunter22&x=1",
    "/reset/hunter22-hunter22-0",
    "<pre>&lt;login&gt;&lt;password&gt;hunter22&lt;/password&gt;</pre>",
    "&lt;input name=&quot;csrf_token&quot; value=&quot;hunter22&quot;&gt;",
    "&amp;lt;password&amp;gt;hunter22&amp;lt;/password&amp;gt;",
    "http://ann:hunter22@x/",
    "postgresql://ann:p@ss/hunter22@x/db",
    '{"a": "he said \\"x\\"", "password": "ab\\"hunter22"}',
    '{"tokens": ["hunter22", "hunter22"], "size": 5}',
    '{"password": {"value": "hunter22"}, "size": 5}',
    '{"authorization": "Bearer hunter22"}',
    '{"password": "hunter22',
    '{"password": {"value": "hunter22',
    '{"pin": 1234hunter22, "size": 5}',
    r'"{\"password\": \"hunter22\"}"',
    "{&quot;password&quot;: &quot;hunter22&quot;}",
    "%7B%22password%22%3A%22hunter22%22%7D",
    "{'password': b'hunter22', b'token': 'hunter22'}",
    "[('X-Auth-Token', 'hunter22')]",
    "Credentials(user='ann', password='hunter22')",
    "user=ann&password=hunter22",
    "password: hunter22\nuser: ann",
    "  api_key: 'hunter22'",
    "userPassword = hunter22",
    'config["password"] = "hunter22"',
    "dbname=shop password=hunter22 host=x",
    "AWS_SECRET_ACCESS_KEY=hunter22",
    "SOME_SERVICE_KEY=hunter22",
    "serve --password hunter22 --token=hunter22",
    "Bearer hunter22",
    "user ann\ntoken hunter22\n",
    "Authorization: Basic hunter22",
    "Cookie: a=hunter22; b=hunter22",
    "token eyJhbGciOiJI.hunter22.hunter22",
    "<login><password>hunter22</password></login>",
    "<apiKey x='1'><![CDATA[hunter22]]></apiKey>",
    '<input type="hidden" name="csrf_token" value="hunter22">',
    "<INPUT value=hunter22 name=api_key type=text>",
    '<meta name="csrf-token" content="hunter22">',
    '<div data-token="hunter22">',
    '<textarea name="api_key" rows=2>hunter22</textarea>',
    '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter22\r\n--b--',
)

HARMLESS = (
    *(".token:hover {color: red}", "--token-color: red", "class='token'", "/tea?name=assam"),
    *('{"token": null}', "KeyError: 'password'", "TokenError: it is old", "token = make(user)"),
    *("http://x:80/@shop", "http://x/npm/vue@3/dist", "Basic authentication failed"),
    *("Token expired!", "password required.", "PASSWORD  accepted", "token for Ann1234 of ann"),
    *("<label for=password>Password:</label>", "ValueError: code: 7", "author: ann"),
    *("bypass=1&passenger=ann", "{'key': 'value'}", "<input type=submit name=password value=Go>"),
)


@pytest.mark.parametrize("text", NAMED)
def test_values_after_names_of_secrets_are_masked(text):
    """The names stay, and what else is there."""
    shown = Masker().text(text)
    assert "hunter22" not in shown
    assert "•••" in shown


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text):
    """A report in which half is masked is no evidence."""
    assert text == Masker().text(text)


SECRET = "p&s'\"<x>/ä ü+1"

SPELLINGS = (
    *(SECRET, repr(SECRET), json.dumps(SECRET), json.dumps(SECRET, ensure_ascii=False)),
    *(html.escape(SECRET), html.escape(SECRET, quote=False), html.escape(json.dumps(SECRET))),
    *(quote(SECRET), quote(SECRET, safe=""), quote_plus(SECRET), quote(quote(SECRET))),
    *(json.dumps(json.dumps(SECRET)), SECRET.encode().decode("latin-1"), repr(SECRET.encode())),
    *(SECRET.replace("'", "''"), quote(SECRET).lower(), json.dumps(SECRET).replace("/", "\\/")),
    json.dumps(SECRET).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"),
    *(
        base64.b64encode(f"{before}{SECRET}{after}".encode()).decode()
        for before in ("", "1", "12", "ann:")
        for after in ("", "1", "12")
    ),
    base64.urlsafe_b64encode(SECRET.encode()).decode(),
)


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_known_secret_is_masked_in_every_spelling(text):
    """Pages, requests, logs and reports write it in their own ways."""
    shown = Masker([SECRET]).text(f"before {text} after")
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert "•••" in shown
    assert 20 > len(shown.removeprefix("before ").removesuffix(" after"))


def test_a_short_secret_is_masked_where_it_stands_alone():
    """It may also be a part of words, or the name of a tag."""
    assert "banana is •••, <b>•••</b>" == Masker(["a", "b"]).text("banana is a, <b>b</b>")


def test_each_line_of_a_secret_is_one():
    """A browser may break them in its own way."""
    masker = Masker(["first line of it\nsecond line of it"])
    assert "•••\r\n••• third" == masker.text("first line of it\r\nsecond line of it third")


def test_a_secret_that_is_a_name_does_not_hide_other_secrets():
    """Many tests have the password `password`."""
    shown = Masker(["password"]).text('/login?password=password {"password": "swordfish"}')
    assert "swordfish" not in shown
    assert "password" not in shown


HOSTILE = (
    *(
        "?",
        "&",
        "=",
        "?a",
        "a=",
        '"',
        "'",
        '\\"',
        "\\",
        "{",
        "[",
        "<",
        "<input ",
        '<input "',
        "://",
    ),
    *("a:", "://a:", "password=", "password: ", 'password="', "password='\\", '"password": {'),
    *(
        "{\"'",
        'name="x"\n',
        'name="password"\n\n',
        "-",
        "eyJaaaaaa.",
        "--a ",
        "/a",
        "('a', ",
        "<a ",
    ),
    *("<input name=password value=", "&quot;", "%22", "Bearer ", "-----BEGIN PRIVATE KEY-----"),
    *("p&s", "password", "[password", '\\"password\\": \\"', "\ud83d", " ", "é", "<a ", "token\t"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_time_is_linear(piece):
    """Twenty times the text takes far less than four hundred times the time."""
    masker = Masker([SECRET, "swordfish"])

    def seconds(count):
        started = time.process_time()
        masker.text(piece * (count // len(piece)))
        return time.process_time() - started

    masker.text(piece)
    assert seconds(200_000) < max(100 * seconds(10_000), 2)


def test_any_text_can_be_masked():
    """Whatever is in it, the secret is not in the result."""
    chance = random.Random(14)
    pieces = [*HOSTILE, *HARMLESS, "\n", "\x00", "\u2028", "ß", "\U0001f600"]
    for _ in range(100):
        secret = "".join(chr(chance.randrange(33, 0x2000)) for _ in range(chance.randint(4, 12)))
        before, after = ("".join(chance.choices(pieces, k=10)) for _ in range(2))
        shown = Masker([secret]).text(f"{before}{secret}{after}")
        assert secret not in shown
        shown.encode()
