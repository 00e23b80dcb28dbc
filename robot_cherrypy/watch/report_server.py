"""Serves the reports on a loopback port, and has the browser load them again after each run."""

import http.server
import threading
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_EVENTS = "/robot-cherrypy-events"

# At the end of each page of HTML. The address keeps its fragment, so that the same test is shown.
_SCRIPT = f"""
<script>
new EventSource("{_EVENTS}").onmessage = () => location.reload();
</script>
""".encode()

# How often a connection without news is tried, in seconds, so that those of closed pages end.
_HEARTBEAT = 10.0


class ReportServer:
    """A server for the files of a folder.

    Args:
        folder: Where the reports are.
    """

    def __init__(self, folder: Path) -> None:
        self._news = _News()
        handler = partial(_Handler, self._news, folder)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.2},
            name="reports",
            daemon=True,
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the folder, with a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_port}/"

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


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a file, or the events."""

    def __init__(self, news: _News, folder: Path, *arguments: Any) -> None:
        self._news = news
        super().__init__(*arguments, directory=str(folder))

    def do_GET(self) -> None:
        """Serve a file; a page gets the script."""
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in {"127.0.0.1", "localhost"}:
            # A page of another site whose name leads to this address is not to read reports.
            self.send_error(HTTPStatus.FORBIDDEN)
        elif self.path == _EVENTS:
            self._send_events()
        elif Path(self.translate_path(self.path)).suffix == ".html":
            self._send_page(Path(self.translate_path(self.path)))
        else:
            super().do_GET()

    def end_headers(self) -> None:
        """Let the browser keep no report."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Log nothing: the terminal is for verdicts."""

    def _send_page(self, path: Path) -> None:
        try:
            page = path.read_bytes() + _SCRIPT
        except OSError:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

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
