"""httpbin, a WSGI application with every feature of HTTP (https://pypi.org/project/httpbin)."""

import gzip
import json

import pytest

APPLICATION = "httpbin:app"


@pytest.fixture
def httpbin(visit):
    """A client of httpbin."""
    return visit(APPLICATION)


def test_requests_arrive(httpbin):
    """With their query, form, file, JSON and headers."""
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
def test_status_is_the_applications(httpbin, status):
    """Whichever it is; none of these is a server error."""
    assert httpbin.get(f"/status/{status}").status_code == status
    assert httpbin.server_errors() == []


def test_bodies_arrive_unchanged(httpbin):
    """Compressed, in chunks, in ranges, with pauses, and none for HEAD."""
    assert json.loads(gzip.decompress(httpbin.get("/gzip", stream=True).raw.read()))["gzipped"]
    lines = httpbin.get("/stream/5").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [0, 1, 2, 3, 4]
    part = httpbin.get("/range/1000", headers={"Range": "bytes=10-19"})
    assert (part.status_code, len(part.content)) == (206, 10)
    assert httpbin.get("/drip?numbytes=5&duration=0.2&delay=0").content == b"*" * 5
    head = httpbin.session.head(httpbin.server.url + "/bytes/10", timeout=60)
    assert (head.headers["Content-Length"], head.content) == ("10", b"")


def test_redirects_cookies_and_passwords_work(httpbin):
    """A client gets to the page it is redirected to, and is known by a cookie and a password."""
    assert httpbin.get("/redirect/3").url == f"{httpbin.server.url}/get"
    assert httpbin.get("/cookies/set?tea=assam").json() == {"cookies": {"tea": "assam"}}
    assert httpbin.get("/basic-auth/ada/secret", auth=("ada", "secret")).json()["authenticated"]


def test_server_error_is_recorded(httpbin):
    """Once, and with its request."""
    assert httpbin.get("/status/503").status_code == 503
    assert httpbin.server_errors() == ["GET /status/503: HTTP 503: Service Unavailable"]
