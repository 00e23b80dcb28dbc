"""What the front page of an application shows, asked of the running application."""

import contextlib
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import requests

from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.harness.registry import new_server
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.init.detection import Candidate
from robot_cherrypy.traffic.journal import JOURNAL

# Where applications without a page at the root often have one: FastAPI its documentation, Django
# the administration.
_USUAL_PATHS = ("/", "/docs", "/admin/")

# How long an application may take to start up and to respond, in seconds. A first start may have to
# compile many modules.
_TIMEOUT = 60.0


@dataclass(frozen=True)
class FrontPage:
    """The page that the first test opens.

    Attributes:
        path: Its path.
        title: Its title, empty if it has none.
        heading: The text of its first heading, empty if it has none.
    """

    path: str
    title: str
    heading: str


def request_front_page(candidate: Candidate, project: Path, path: str | None) -> FrontPage:
    """Serve an application in a child process, and return what its front page shows.

    Args:
        candidate: The application.
        project: The folder in which its tests will be run.
        path: The page's path, or None for the first usual one that there is.

    Raises:
        ApplicationError: There is no such page.
        ServerError: The application did not start.
    """
    server = new_server(
        Launch(
            application=candidate.application,
            alias=candidate.application,
            kind=candidate.server,
            isolation="process",
            configuration={},
            search_path=(candidate.folder,),
            timeout=_TIMEOUT,
        )
    )
    paths = _USUAL_PATHS if path is None else (path,)
    with contextlib.chdir(project):
        server.start()
        try:
            statuses = {}
            for tried in paths:
                response = requests.get(f"{server.url}{tried}", timeout=_TIMEOUT)
                if response.ok:
                    return _page(tried, response.text)
                statuses[tried] = response.status_code
        except requests.RequestException as error:
            raise ApplicationError(
                f"'{candidate.application}' did not respond to GET {tried}: {error}"
            ) from error
        finally:
            server.stop()
    errors = [error for error in JOURNAL.new_errors if error.server == server.alias]
    listed = ", ".join(f"{status} at {tried}" for tried, status in statuses.items())
    raise ApplicationError(
        f"'{candidate.application}' has no page to begin with ({listed}): name one with --path."
        + "".join(f"\nServer error: {error}" for error in errors[:1])
    )


def _page(path: str, html: str) -> FrontPage:
    parser = _Texts()
    parser.feed(html)
    return FrontPage(path, *(" ".join(parser.texts[tag].split()) for tag in ("title", "h1")))


class _Texts(HTMLParser):
    """Collects the texts of a page's first title and first heading."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = {"title": "", "h1": ""}
        self._open: str | None = None
        self._seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        del attrs
        if tag in self.texts and tag not in self._seen:
            self._seen.add(tag)
            self._open = tag

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if tag == self._open:
            self._open = None

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if self._open:
            self.texts[self._open] += data
