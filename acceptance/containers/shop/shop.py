"""A shop that asks the store, and says so in its log."""

import http.server
import os
import signal
import urllib.request


class Shop(http.server.BaseHTTPRequestHandler):
    """Says hello, or what the store says."""

    def do_GET(self) -> None:
        """Respond with the text of the store's `hostname`, or with 503 without the store."""
        status, text = 200, os.environ["GREETING"] + " " + os.environ["COLOUR"]
        if self.path == "/store":
            try:
                with urllib.request.urlopen("http://depot:8000/hostname", timeout=2) as response:
                    text = response.read().decode()
            except OSError as error:
                status, text = 503, f"no store: {error}"
        words = [os.environ.get(name) for name in ("STORE_PASSWORD", "IMAGE_TOKEN")]
        print(f"asked for {self.path}, {words}")  # noqa: T201
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
http.server.ThreadingHTTPServer(("", 8080), Shop).serve_forever()
