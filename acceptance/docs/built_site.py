"""The documentation site: builds it, serves it, and reads its pages."""

import importlib.util
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import cherrypy
from robot.api import SkipExecution, logger
from robot.api.deco import keyword, not_keyword

_ROOT = Path(__file__).resolve().parents[2]
_FOLDER = _ROOT / "results/site"

# What builds the site: the modules of the packages in the dependency group `docs`.
_BUILDERS = ("sphinx", "myst_parser", "furo", "sphinx_copybutton")

# It has a style of its own, which libdoc makes.
_LIBDOC = "libdoc.html"


@keyword
def build_site() -> None:
    """Build the site, unless it is there and up to date. Skip if Sphinx is not installed."""
    missing = [name for name in _BUILDERS if importlib.util.find_spec(name) is None]
    if missing:
        reason = f"The site is not tested: {', '.join(missing)} not installed (tox -e docs has it)."
        logger.warn(reason)
        raise SkipExecution(reason)
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(_ROOT / "docs/build.py"), str(_FOLDER)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"The site cannot be built.\n{done.stdout}{done.stderr}")
    logger.info(done.stdout)


@not_keyword
def site() -> cherrypy.Application:
    """Return an application that serves the site as any host of static pages does."""
    static = {"tools.staticdir.on": True, "tools.staticdir.dir": str(_FOLDER)}
    return cherrypy.Application(None, "", {"/": static | {"tools.staticdir.index": "index.html"}})


@keyword
def unpack_site(folder: str) -> str:
    """Unpack the file with the whole site in a folder; return the URL of its front page."""
    shutil.unpack_archive(_FOLDER.parent / "robot_cherrypy-docs.zip", folder)
    return (Path(folder) / "robot_cherrypy-docs/index.html").resolve().as_uri()


@keyword
def get_pages() -> list[str]:
    """Return the paths of all pages, such as ``/reference/command.html``."""
    return [f"/{file.relative_to(_FOLDER).as_posix()}" for file in _files()]


@keyword
def links_should_lead() -> None:
    """Fail if a link of a page leads to a page or an anchor that the site does not have."""
    documents = {file: _Document(file) for file in [*_files(), _FOLDER / _LIBDOC]}
    broken = []
    for file in _files():
        for link in documents[file].links:
            path, anchor = urldefrag(unquote(link))
            target = (file.parent / path.partition("?")[0]).resolve() if path else file
            if not target.is_relative_to(_FOLDER):
                continue  # to the list of versions, which only a published site has
            known = documents.get(target)
            if not target.exists() or (anchor and known and anchor not in known.anchors):
                broken.append(f"{file.relative_to(_FOLDER)}: {link}")
    if broken:
        raise AssertionError("Links that lead nowhere:\n" + "\n".join(sorted(set(broken))))


@keyword
def path_should_lead_through_all_pages() -> None:
    """Fail if the links "Next", from the front page on, leave out a page of the navigation."""
    file, seen = _FOLDER / "index.html", []
    while file not in seen:
        seen.append(file)
        following = _Document(file).next_page
        file = (file.parent / following).resolve() if following else file
    left = {path.relative_to(_FOLDER).as_posix() for path in _files() if path not in seen}
    generated = {"genindex.html", "py-modindex.html", "search.html"}
    if left - generated:
        raise AssertionError(f"No link 'Next' leads to {sorted(left - generated)}.")


def _files() -> list[Path]:
    return [
        file
        for file in sorted(_FOLDER.rglob("*.html"))
        if file.name != _LIBDOC and "_static" not in file.parts
    ]


class _Document(HTMLParser):
    """The anchors of a page, and its links that do not lead to another host."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.next_page = ""
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an anchor or a link."""
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self.anchors.add(attributes["id"])
        link = attributes.get("href" if tag in {"a", "link"} else "src", "")
        if link not in {"", "#"} and not link.startswith(("http:", "https:", "data:", "mailto:")):
            self.links.append(link)
        if "next-page" in attributes.get("class", ""):
            self.next_page = link
