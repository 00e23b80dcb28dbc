"""A client other than a browser, for suites about servers."""

import contextlib
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests
from robot.api import logger
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn

_TIMEOUT = 10


@library
class client:  # noqa: N801 - Robot imports a library by the name of its file
    """Asks for pages."""

    @keyword
    def page_should_be(self, url: str, text: str) -> None:
        """Fail unless a page is exactly this text."""
        answer = requests.get(url, timeout=_TIMEOUT).text
        if answer != text:
            raise AssertionError(f"{url} should be '{text}', but is '{answer}'.")

    @keyword
    def status_should_be(self, url: str, status: int) -> None:
        """Fail unless a page answers with this status."""
        answer = requests.get(url, timeout=_TIMEOUT)
        if answer.status_code != status:
            raise AssertionError(f"{url} should answer {status}, not {answer.status_code}.")

    @keyword
    def get_page(self, url: str) -> str:
        """Return a page, whatever its status."""
        return requests.get(url, timeout=_TIMEOUT).text

    @keyword
    def post(self, url: str, fields: dict[str, str]) -> None:
        """Send what a form sends."""
        requests.post(url, data=fields, timeout=_TIMEOUT)

    @keyword
    def post_text(self, url: str, text: str, kind: str) -> None:
        """Send a document of a media type."""
        requests.post(url, data=text, headers={"Content-Type": kind}, timeout=_TIMEOUT)

    @keyword
    def get_json(self, url: str) -> object:
        """Return what a page says in JSON."""
        return requests.get(url, timeout=_TIMEOUT).json()

    @keyword
    def ask_in_vain(self, url: str) -> None:
        """Ask for a page that ends the connection instead of answering."""
        try:
            answer = requests.get(url, timeout=_TIMEOUT)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            logger.info(str(error))
            return
        raise AssertionError(f"{url} should not answer, but did: {answer.text}")

    @keyword
    def ask_in_background(self, url: str) -> None:
        """Ask for a page that does not answer for long; return when its server is at work on it."""
        thread = threading.Thread(target=_ask, args=(url,), daemon=True)
        thread.start()
        deadline = time.monotonic() + _TIMEOUT
        while not _in_flight(urlsplit(url).path):
            if time.monotonic() > deadline or not thread.is_alive():
                raise AssertionError(f"{url} did not reach its server.")
            thread.join(0.01)

    @keyword
    def touch_file(self, path: Path) -> None:
        """Change the modification time of a file."""
        path.touch()


def _ask(url: str) -> None:
    with contextlib.suppress(requests.RequestException), requests.get(url, timeout=60) as answer:
        _ = answer.content


def _in_flight(path: str) -> bool:
    servers = BuiltIn().get_library_instance("robot_cherrypy")._servers.running  # noqa: SLF001
    exchanges = [one for server in servers for one in server.in_flight()]
    return any(exchange.path == path for exchange in exchanges)
