"""What the echo applications answer to any HTTP client."""

import subprocess
import sys
from contextlib import closing
from html.parser import HTMLParser
from http.client import HTTPConnection
from urllib.parse import urlsplit

import cherrypy
import pytest
import requests

from robot_cherrypy.tests.sample_app.conftest import BODY_LIMIT
from robot_cherrypy.tests.sample_app.messages import MESSAGES
from sample_app.echo import _message_page


class _Answer(HTMLParser):
    """The text of the element that shows the message."""

    def __init__(self, page):
        super().__init__()
        self.text = self.inside = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert not self.inside, f"<{tag}> became an element"
        if dict(attrs).get("id") == "echo":
            self.inside, self.text = True, ""

    def handle_endtag(self, _tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.text += data


def _post(url, **kwargs):
    return requests.post(f"{url}/echo", timeout=60, **kwargs)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_message_comes_back_as_sent(echo_url, message):
    """A form's message is the answer's text, character by character."""
    response = _post(echo_url, data={"message": message})

    assert 200 == response.status_code
    assert message == _Answer(response.text).text


# A part above 1000 bytes goes to a temporary file that CherryPy leaves to the garbage collector
# (_cpreqbody.py, Part.maxrambytes), and warnings are errors here: so only short ones.
@pytest.mark.parametrize("kind", ["plain", "empty", "emoji", "leading line break", "only blanks"])
def test_multipart_message_comes_back_as_sent(echo_url, kind):
    """The other encoding of a form makes no difference."""
    response = _post(echo_url, files={"message": (None, MESSAGES[kind].encode())})

    assert MESSAGES[kind] == _Answer(response.text).text


def test_lone_carriage_return_survives(echo_url):
    """A carriage return without a line feed is sent so that a browser keeps it."""
    page = _post(echo_url, data={"message": "a\rb\r\nc"}).text

    assert "a\rb\r\nc" == _Answer(page).text
    assert "a&#13;b\r\nc" in page


def test_form_is_a_private_utf8_page(echo_url):
    """The form is not cached, not sniffed, and may load and run nothing."""
    response = requests.get(f"{echo_url}/", timeout=60)

    assert 200 == response.status_code
    assert "text/html;charset=utf-8" == response.headers["Content-Type"]
    assert "no-store" == response.headers["Cache-Control"]
    assert "nosniff" == response.headers["X-Content-Type-Options"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert _Answer(response.text).text is None


def test_answer_has_the_same_headers(echo_url):
    """The answer is as private as the form."""
    response = _post(echo_url, data={"message": "Hello"})

    assert "text/html;charset=utf-8" == response.headers["Content-Type"]
    assert "no-store" == response.headers["Cache-Control"]


def test_head_of_form(echo_url):
    """HEAD is answered as GET is, without a body."""
    response = requests.head(f"{echo_url}/", timeout=60)

    assert (200, b"") == (response.status_code, response.content)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
        ("GET", "/echo", "POST"),
        ("PUT", "/echo", "POST"),
    ],
)
def test_wrong_method_is_refused(echo_url, method, path, allowed):
    """A page says which methods it takes."""
    response = requests.request(method, f"{echo_url}{path}", timeout=60)

    assert (405, allowed) == (response.status_code, response.headers["Allow"])


@pytest.mark.parametrize(
    "request_body",
    [
        {"data": {}},
        {"data": {"message": ["one", "two"]}},
        {"data": {"message": b"\xff"}},
    ],
    ids=["none", "two", "not UTF-8"],
)
def test_anything_but_one_text_is_a_bad_request(echo_url, request_body):
    """The client hears that it erred, instead of the server failing."""
    assert 400 == _post(echo_url, **request_body).status_code


def test_a_file_is_a_bad_request():
    """An uploaded file, which CherryPy passes on as an object, is not a message."""
    with pytest.raises(cherrypy.HTTPError, match="Send one text field named 'message'") as caught:
        _message_page(object())

    assert 400 == caught.value.code


def test_too_large_body_is_refused(echo_url):
    """CherryPy's limit for bodies holds, and the client hears of it before it sends anything."""
    address = urlsplit(echo_url)
    client = HTTPConnection(address.netloc, timeout=60)
    client.putrequest("POST", f"{address.path}/echo")
    client.putheader("Content-Length", str(BODY_LIMIT + 1))
    client.putheader("Content-Type", "application/x-www-form-urlencoded")
    client.endheaders()
    with closing(client):
        assert 413 == client.getresponse().status


def test_import_does_no_work():
    """Importing the application starts, mounts and reads nothing, and needs nothing compiled."""
    code = (
        "import sys, threading, cherrypy; threads = threading.active_count();"
        "import sample_app.echo as echo;"
        "assert not cherrypy.tree.apps; assert threads == threading.active_count();"
        "assert not echo._template.cache_info().currsize;"
        "assert not {'greenlet', 'uvicorn', 'robot'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
