"""A client other than a browser, for suites about servers."""

import contextlib
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from robot.api import logger
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn

# How long a response may take, in seconds: longer than any page takes that answers at all.
_TIMEOUT = 10


@library
class client:  # noqa: N801 - Robot imports a library by the name of its file
    """Requests pages."""

    @keyword
    def page_should_be(self, url: str, text: str) -> None:
        """Fail unless this is the text of a page."""
        page = requests.get(url, timeout=_TIMEOUT).text
        if page != text:
            raise AssertionError(f"{url} should be '{text}', but is '{page}'.")

    @keyword
    def status_should_be(self, url: str, status: int) -> None:
        """Fail unless a page has this status."""
        response = requests.get(url, timeout=_TIMEOUT)
        if response.status_code != status:
            raise AssertionError(f"{url} should answer {status}, not {response.status_code}.")

    @keyword
    def get_page(self, url: str) -> str:
        """Return the text of a page, whatever its status."""
        return requests.get(url, timeout=_TIMEOUT).text

    @keyword
    def post(self, url: str, fields: dict[str, str]) -> None:
        """Send a form."""
        requests.post(url, data=fields, timeout=_TIMEOUT)

    @keyword
    def post_text(self, url: str, text: str, media_type: str) -> None:
        """Send a document."""
        requests.post(url, data=text, headers={"Content-Type": media_type}, timeout=_TIMEOUT)

    @keyword
    def get_json(self, url: str) -> object:
        """Return the JSON of a page, parsed."""
        return requests.get(url, timeout=_TIMEOUT).json()

    @keyword
    def request_should_break_off(self, url: str) -> None:
        """Request a page; fail unless the connection ends before the response is complete."""
        try:
            response = requests.get(url, timeout=_TIMEOUT)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            logger.info(str(error))
            return
        raise AssertionError(f"{url} should not answer, but did: {response.text}")

    @keyword
    def request_in_background(self, url: str) -> None:
        """Request a page that takes long; return as soon as its server has the request."""
        thread = threading.Thread(target=_request, args=(url,), daemon=True)
        thread.start()
        deadline = time.monotonic() + _TIMEOUT
        while not _is_in_flight(urlsplit(url).path):
            if time.monotonic() > deadline or not thread.is_alive():
                raise AssertionError(f"{url} did not reach its server.")
            thread.join(0.01)

    @keyword
    def touch_file(self, path: Path) -> None:
        """Change the modification time of a file."""
        path.touch()


def _request(url: str) -> None:
    with contextlib.suppress(requests.RequestException):
        requests.get(url, timeout=60)


def _is_in_flight(path: str) -> bool:
    library: Any = BuiltIn().get_library_instance("robot_cherrypy")
    return any(request.ended is None for request in library.get_requests(path=path))
