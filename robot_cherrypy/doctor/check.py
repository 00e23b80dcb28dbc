"""Opens a browser with a page of a server on this machine, as tests do."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from robot_cherrypy import browser
from robot_cherrypy.errors import BrowserError

_PAGE = b"<!DOCTYPE html><title>robot-cherrypy</title><script>document.title += ' works'</script>"
_TITLE = "robot-cherrypy works"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Send the page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, *_: object) -> None:
        """Keep the terminal for the report."""


def open_page() -> str:
    """Open a browser and a page; return what was done as a sentence.

    Raises:
        BrowserError: The browser did not start, or did not show the page.
    """
    began = time.monotonic()
    found = browser.find()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        try:
            title = _title_of(found, url)
        finally:
            server.shutdown()
    if title != _TITLE:
        raise BrowserError(
            f"{found.label} ({found.binary}) opened {url}, whose title is '{title}' and not"
            f" '{_TITLE}': is there a proxy for it?"
        )
    return f"{found.label} opened a page of a server here in {time.monotonic() - began:.1f} s."


def _title_of(found: browser.Browser, url: str) -> str:
    from selenium.common.exceptions import WebDriverException  # noqa: PLC0415 - takes 0.1 s

    driver = browser.open_local(found)
    try:
        driver.get(url)
        return str(driver.title)
    except WebDriverException as error:
        raise BrowserError(f"{found.label} did not open {url}: {error.msg}") from error
    finally:
        driver.quit()
