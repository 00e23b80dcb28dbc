"""A project with an application, its suites, and a terminal in which they are watched."""

import shutil
import tempfile
import time
import uuid
from pathlib import Path

import pytest

from robot_cherrypy.tests.watch.terminal import PATIENCE, Terminal

APPLICATION = """\
from pathlib import Path

import cherrypy

import prices

PAGE = Path(__file__).parent / "pages" / "shop.html"


class Shop:
    @cherrypy.expose
    def index(self):
        with PAGE.open() as page:
            return page.read().replace("PRICE", prices.price())
"""
PRICES = """\
def price():
    return "3 coins"
"""
LIBRARY = """\
import os
import time
import urllib.request
from pathlib import Path


def read_page(url):
    with urllib.request.urlopen(url) as response:
        return response.read().decode()


def wait_for_file(path):
    while not Path(path).exists():
        time.sleep(0.01)
"""
RESOURCE = """\
*** Settings ***
Library    robot_cherrypy
Library    reader.py

*** Keywords ***
Open Shop
    ${url} =    Start Server    shop:Shop
    VAR    ${URL}    ${url}    scope=SUITE
"""
SHOP = """\
*** Settings ***
Resource    words.resource
Suite Setup    Open Shop

*** Test Cases ***
Apple Has A Price
    ${page} =    Read Page    ${URL}
    Should Contain    ${page}    3 coins

Page Has A Heading
    ${page} =    Read Page    ${URL}
    Should Contain    ${page}    <h1>Shop</h1>
"""
OTHER = """\
*** Test Cases ***
Nothing Is Needed
    No Operation
"""
FILES = {
    "shop.py": APPLICATION,
    "prices.py": PRICES,
    "pages/shop.html": "<h1>Shop</h1> PRICE",
    "suites/reader.py": LIBRARY,
    "suites/words.resource": RESOURCE,
    "suites/shop.robot": SHOP,
    "suites/other.robot": OTHER,
}


class Project:
    """A folder with the files above."""

    def __init__(self, folder):
        """Write the files."""
        self.folder = folder
        self.mark = f"mark-{uuid.uuid4()}"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        for name, text in FILES.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)

    def watch(self, *arguments):
        """Return a terminal in which the project's suites are watched."""
        return Terminal(
            self.folder,
            "watch",
            *(arguments or ["suites"]),
            TMPDIR=str(self.temporary),
            ROBOT_CHERRYPY_MARK=self.mark,
        )

    def save(self, name, text):
        """Save a file as editors do that write another file and rename it."""
        path = self.folder / name
        other = path.with_name(f".{path.name}.new")
        other.write_text(text)
        other.rename(path)

    def replace(self, name, old, new):
        """Replace a text in a file, in place."""
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def processes(self):
        """Return the numbers of the processes that the watched runs have started, and their own."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if self.mark.encode() in path.read_bytes():
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return found

    def wait_for_end(self):
        """Wait until no process and no temporary file is left."""
        deadline = time.monotonic() + PATIENCE
        while self.processes() or list(self.temporary.iterdir()):
            assert time.monotonic() < deadline, (self.processes(), list(self.temporary.iterdir()))
            time.sleep(0.05)


@pytest.fixture
def project():
    """A project in a folder with a short name, as sockets are made in it."""
    folder = Path(tempfile.mkdtemp(prefix="w-")).resolve()
    yield Project(folder)
    shutil.rmtree(folder)
