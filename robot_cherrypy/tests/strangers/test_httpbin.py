"""httpbin, a WSGI application with every feature of HTTP (https://pypi.org/project/httpbin)."""

import gzip
import json

import pytest

APPLICATION = "httpbin:app"


@pytest.fixture
def httpbin(visit):
    """A client of it."""
    return visit(APPLICATION)


def test_it_is_told_what_was_sent(httpbin):
    """Query, form, file, JSON and headers arrive."""
    sent = httpbin.post(
        "/anything/Ærø?a=1&a=2",
        data={"b": "grüße"},
        files={"f": ("f.txt", "x" * 100_000)},
        headers={"X-Sent": "yes"},
    ).json()
    assert sent["url"] == f"{httpbin.server.url}/anything/Ærø?a=1&a=2"
    assert (sent["args"], sent["form"]) == ({"a": ["1", "2"]}, {"b": "grüße"})
    assert (len(sent["files"]["f"]), sent["headers"]["X-Sent"]) == (100_000, "yes")
    assert httpbin.post("/post", json={"c": None}).json()["json"] == {"c": None}


@pytest.mark.parametrize("status", [201, 304, 401, 404, 418])
def test_its_status_is_the_answers(httpbin, status):
    """Whatever it chose, and none of these is a failure of the server."""
    assert httpbin.get(f"/status/{status}").status_code == status
    assert httpbin.failures() == []


def test_its_bodies_arrive_as_they_are(httpbin):
    """Compressed, in chunks, in ranges, as they drip, and none at all for HEAD."""
    assert json.loads(gzip.decompress(httpbin.get("/gzip", stream=True).raw.read()))["gzipped"]
    lines = httpbin.get("/stream/5").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [0, 1, 2, 3, 4]
    part = httpbin.get("/range/1000", headers={"Range": "bytes=10-19"})
    assert (part.status_code, len(part.content)) == (206, 10)
    assert httpbin.get("/drip?numbytes=5&duration=0.2&delay=0").content == b"*" * 5
    head = httpbin.session.head(httpbin.server.url + "/bytes/10", timeout=10)
    assert (head.headers["Content-Length"], head.content) == ("10", b"")


def test_it_redirects_and_remembers(httpbin):
    """Redirects lead where they should, and cookies and passwords work."""
    assert httpbin.get("/redirect/3").url == f"{httpbin.server.url}/get"
    assert httpbin.get("/cookies/set?tea=assam").json() == {"cookies": {"tea": "assam"}}
    assert httpbin.get("/basic-auth/ada/secret", auth=("ada", "secret")).json()["authenticated"]


def test_its_failure_is_noted(httpbin):
    """Once, with its request."""
    assert httpbin.get("/status/503").status_code == 503
    assert httpbin.failures() == ["GET /status/503: HTTP 503: Service Unavailable"]
