"""Serves the reports on a loopback port, and has the browser load them again after each run."""

import http.server
import io
import mimetypes
import re
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO

_EVENTS = "/robot-cherrypy-events"

# At the end of each page of HTML. The address keeps its fragment, so that the same test is shown.
_SCRIPT = f"""
<script>
new EventSource("{_EVENTS}").onmessage = () => location.reload();
</script>
""".encode()

_NO_REPORT_YET = b"<!DOCTYPE html><title>Report</title><p>The first run has not ended.</p>"

# What the address of this server may be called. A page of another site whose name leads to this
# address is not to read reports.
_HOSTS = frozenset({"127.0.0.1", "localhost"})

# How exactly file systems keep times, in seconds: FAT does so to two.
_FILE_TIME = 2.0

# How often a connection without news is tried, in seconds, so that those of closed pages end.
_HEARTBEAT = 10.0


class ReportServer:
    """A server for the reports in a folder, and for what they show: nothing else in it is served.

    Args:
        folder: Where the reports are.
        names: Their names in the folder, such as `log.html`; none if none are written.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self._first = names[0] if names else ""
        self._news = _News()
        handler = partial(_Handler, self._news, _Published(folder, names))
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.2},
            name="reports",
            daemon=True,
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the first report."""
        return f"http://127.0.0.1:{self._server.server_port}/{self._first}"

    def reload(self) -> None:
        """Have all open pages loaded again."""
        self._news.tell()

    def stop(self) -> None:
        """Close the port; open pages stay as they are."""
        self._news.end()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _News:
    """Counts how often the reports were written."""

    def __init__(self) -> None:
        self.number = 0
        self.has_ended = False
        self._changed = threading.Condition()

    def tell(self) -> None:
        with self._changed:
            self.number += 1
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.has_ended = True
            self._changed.notify_all()

    def wait(self, number: int) -> int:
        """Wait until there is a higher number, for a while; return the number."""
        with self._changed:
            self._changed.wait_for(lambda: self.number > number or self.has_ended, _HEARTBEAT)
            return self.number


class _Published:
    """The files that may be read: reports, and pictures and parts of them, written from now on.

    The folder has much else, such as files of the application, of tests, and of earlier runs.
    """

    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        self.folder = folder.resolve()
        self._since = time.time() - _FILE_TIME
        self._pages = frozenset(names)
        stems = "|".join(re.escape(name.rpartition(".")[0]) for name in self._pages)
        self._part = re.compile(rf"(?:{stems})-\d+\.js")  # `--splitlog`

    def is_page(self, path: Path) -> bool:
        """Whether a file is a report, or will be one."""
        return self._name(path) in self._pages

    def is_written(self, path: Path) -> bool:
        """Whether a file is there, and is a report or belongs to one."""
        name = self._name(path)
        if name is None or not path.is_file() or path.stat().st_mtime < self._since:
            return False
        kind = mimetypes.guess_type(name)[0] or ""
        is_report = name in self._pages or self._part.fullmatch(name)
        return bool(is_report) or kind.startswith(("image/", "video/"))

    def _name(self, path: Path) -> str | None:
        """Return the name of a file in the folder, also through links; None if it is elsewhere."""
        try:
            return path.resolve().relative_to(self.folder).as_posix()
        except (OSError, ValueError):
            return None


class _Server(http.server.ThreadingHTTPServer):
    """A server whose errors leave the terminal alone if a page was closed while it loaded."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print an error, unless the connection has ended."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a file, or the events."""

    def __init__(self, news: _News, published: _Published, *arguments: Any) -> None:
        self._news = news
        self._published = published
        super().__init__(*arguments, directory=str(published.folder))

    def parse_request(self) -> bool:
        """Read a request, of whatever method; return whether it is to be served."""
        if not super().parse_request():
            return False
        if self.headers.get("Host", "").partition(":")[0] in _HOSTS:
            return True
        self.send_error(HTTPStatus.FORBIDDEN)
        return False

    def do_GET(self) -> None:
        """Serve a file, or the events."""
        if self.path == _EVENTS:
            self._send_events()
        else:
            super().do_GET()

    def send_head(self) -> "io.BytesIO | BinaryIO | None":
        """Send the headers of a file; return its body."""
        path = Path(self.translate_path(self.path))
        if self._published.is_page(path):
            return self._send_head_of_page(path)
        if self._published.is_written(path):
            return super().send_head()
        self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def end_headers(self) -> None:
        """Let the browser keep no report."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Log nothing: the terminal is for verdicts."""

    def _send_head_of_page(self, path: Path) -> io.BytesIO:
        """Send the headers of a page; return it with the script."""
        is_written = self._published.is_written(path)
        page = (path.read_bytes() if is_written else _NO_REPORT_YET) + _SCRIPT
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        return io.BytesIO(page)

    def _send_events(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        number = self._news.number
        try:
            self.wfile.write(b": connected\n\n")
            while not self._news.has_ended:
                now = self._news.wait(number)
                self.wfile.write(b": nothing new\n\n" if now == number else b"data: written\n\n")
                number = now
        except OSError:  # the page was closed
            self.close_connection = True
