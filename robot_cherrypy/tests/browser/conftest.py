"""Pages to open, and a look at what a browser leaves behind."""

import contextlib
import os
import select
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

DEADLINE = 20.0


class Page(BaseHTTPRequestHandler):
    """Answers every request with one small page."""

    def do_GET(self):
        body = b"<!doctype html><title>Here</title><p>Hello"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815, as the standard library names it

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(host):
    """Serve the page on an address of this machine."""
    with ThreadingHTTPServer((host, 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{host}:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def url():
    """The address of a page on this machine."""
    with serving("127.0.0.1") as address:
        yield address


def folder_of(driver):
    """The folder that a driver, its browser and their files live in."""
    return Path(driver.capabilities["chrome"]["userDataDir"]).parent


def processes_in(folder):
    """The processes that were told to write to this folder, zombies included."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if f"TMPDIR={folder}".encode() in environment:
            found.append(int(process.name))
    return found


def wait_for_end(*processes):
    """Wait for processes that need not be children of this one."""
    for process in processes:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        try:
            assert ([descriptor], [], []) == select.select([descriptor], [], [], DEADLINE)
        finally:
            os.close(descriptor)


def left_in(folder):
    """What is left of a browser that wrote to this folder: its processes and the folder."""
    return [*processes_in(folder), *([folder] if folder.exists() else [])]
