"""The reports are served with what they show, to this machine, and nothing else is."""

import http.client
import os
import threading
import time
from urllib.parse import urlsplit

import pytest

from robot_cherrypy.watch.report_server import ReportServer

REPORT = {
    "log.html": "<p>Log",
    "sub/report.html": "<p>Report",
    "log-1.js": "window",
    "selenium-screenshot-1.png": "picture",
    "pabot/2/page.jpg": "picture",
}
OTHERS = (
    *(".coverage", "output.xml", "states/member.json", "index.html", "report.html"),
    *("log-x.js", "other-1.js", "coverage/index.html", "session-5f2a"),
)


@pytest.fixture
def folder(tmp_path):
    """A folder for reports, with much else in it."""
    folder = tmp_path / "results"
    for name in OTHERS:
        save(folder / name)
    save(tmp_path / "outside.png")
    return folder


@pytest.fixture
def server(folder):
    """The server of the folder."""
    server = ReportServer(folder, ["log.html", "sub/report.html"])
    yield server
    server.stop()


@pytest.fixture
def ask(server):
    """Ask the server for a page; return the status and the body."""

    def ask(path, method="GET", host="127.0.0.1"):
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
        connection.putrequest(method, path, skip_host=True)
        if host is not None:
            connection.putheader("Host", host)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body.decode(errors="replace")

    return ask


def save(path, text="of no report"):
    """Write a file and the folders that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_reports_are_served_with_what_they_show(folder, ask):
    """A page gets the script by which it is loaded again."""
    for name, text in REPORT.items():
        save(folder / name, text)
        status, body = ask(f"/{name}?query")
        assert (200, name.endswith(".html")) == (status, "EventSource" in body)
        assert body.startswith(text)
        assert (200, "") == ask(f"/{name}", "HEAD")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_else_is_served(folder, ask, method):
    """No list of files, nor what applications, tests and earlier runs have left there."""
    save(folder / "earlier.png")
    os.utime(folder / "earlier.png", (time.time() - 60,) * 2)
    (folder / "linked.png").symlink_to(folder.parent / "outside.png")
    names = ("", "states", "states/", "earlier.png", "linked.png", "../outside.png", "%00.png")
    for name in (*OTHERS, *names):
        assert 404 == ask(f"/{name}", method)[0], name


def test_report_is_not_there_yet(ask, server):
    """The page that says so loads the report as soon as it is there."""
    status, body = ask(urlsplit(server.url).path)
    assert 200 == status
    assert "The first run has not ended." in body
    assert "EventSource" in body


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[", None])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_other_names_of_this_address_are_refused(ask, method, host, folder):
    """Whatever the method: a page of another site may have a name that leads here."""
    save(folder / "log.html")
    for path in ("/log.html", "/robot-cherrypy-events", "/nothing"):
        assert 403 == ask(path, method, host)[0]


def test_page_that_is_closed_while_it_loads(folder, server, capfd):
    """It leaves the terminal alone."""
    save(folder / "log.html", "x" * 30_000_000)
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.request("GET", "/log.html")
    assert b"HTTP" == connection.sock.recv(4)
    connection.sock.close()
    for thread in threading.enumerate():
        if "process_request" in thread.name:
            thread.join(60)
            assert not thread.is_alive()
    assert ("", "") == capfd.readouterr()
