"""Pages for browsers to open, and what a browser leaves behind."""

import contextlib
import os
import select
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

# In seconds; a browser with all its processes is killed in a fraction of one.
TIMEOUT = 20.0


class Page(BaseHTTPRequestHandler):
    """Responds to every request with the same small page."""

    def do_GET(self):
        body = b"<!doctype html><title>Here</title><p>Hello"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the standard library looks for this name

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def page_on(host):
    """Serve the page on an address of this machine; yield its URL."""
    with ThreadingHTTPServer((host, 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://{host}:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def url():
    """The URL of a page on this machine."""
    with page_on("127.0.0.1") as page_url:
        yield page_url


def folder_of(driver):
    """The folder of a driver, in which its browser writes all files."""
    return Path(driver.capabilities["chrome"]["userDataDir"]).parent


def processes_in(folder):
    """The ids of the processes whose `TMPDIR` is this folder, zombies included."""
    process_ids = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if f"TMPDIR={folder}".encode() in environment:
            process_ids.append(int(process.name))
    return process_ids


def wait_for_end(*processes):
    """Wait for the end of processes, which need not be children of this one."""
    for process in processes:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        try:
            assert ([descriptor], [], []) == select.select([descriptor], [], [], TIMEOUT)
        finally:
            os.close(descriptor)


def left_in(folder):
    """What is left of a browser: processes that write to its folder, and the folder itself."""
    return [*processes_in(folder), *([folder] if folder.exists() else [])]
