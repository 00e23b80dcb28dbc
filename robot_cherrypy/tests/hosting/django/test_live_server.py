"""Django's live-server test cases run on our servers, and Django's own tests of them pass."""

import functools
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import django
import pytest

ROOT = Path(__file__).parents[4]
DIFFERENCES = {
    "test_closes_connection_without_content_length": "ours send chunks and keep it open",
    "test_keep_alive_connection_clears_previous_request_data": "ours obey 'Connection: close'",
    "test_keep_alive_on_connection_with_content_length": "ours obey 'Connection: close'",
}
ON_ASYNCIO = DIFFERENCES | {"test_environ": "an ASGI request has no WSGI environ"}
RUNNER = """\
import runpy, sys
from django.core.servers import basehttp
from django.test import testcases
from robot_cherrypy.hosting.django.testing.cases import server_class
server = server_class(sys.argv.pop(1))
basehttp.ThreadedWSGIServer = testcases.ThreadedWSGIServer = server
testcases.LiveServerThread.server_class = server
sys.path.insert(0, "")
sys.argv[0] = "runtests.py"
runpy.run_path("runtests.py", run_name="__main__")
"""
OWN = """\
from urllib.request import urlopen
from django.contrib.auth.models import User
from django.test import testcases
from robot_cherrypy.hosting.django import testing
from sample_app.djangosite.shelf.models import Book

class Shelf:
    def test_test_and_server_share_a_database_in_memory(self):
        Book.objects.create(title="Made by the test", author="A", year=2000)
        with urlopen(self.live_server_url) as page:
            self.assertIn(b"Made by the test", page.read())

    def test_async_view(self):
        Book.objects.create(title="Counted", author="A", year=2000)
        with urlopen(self.live_server_url + "/summary") as page:
            self.assertEqual(page.read(), b'{"books": 1, "reviews": 0}')

    def test_server_of_ones_own(self):
        class Thread(testcases.LiveServerThread):
            server_class = dict

        class Case(type(self)):
            server_thread_class = Thread

        self.assertIs(Case._create_server_thread({}).server_class, dict)

class Static:
    def test_static_files(self):
        with urlopen(self.live_server_url + "/static/shelf/shelf.css") as page:
            self.assertIn(b":root", page.read())
"""
CASES = """
class {kind}Plain(Shelf, testing.LiveServerTestCase):
    server = "{kind}"

class {kind}WithStatic(Shelf, Static, testing.StaticLiveServerTestCase):
    server = "{kind}"
"""


@functools.cache
def sources(folder):
    """Return the tests in the source distribution of the Django that is installed."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
    wanted = ["--dest", str(folder), f"django=={django.__version__}"]
    subprocess.run([*command, *wanted], check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob("[dD]jango-*/tests"))


def run(*command, cwd, **environment):
    """Run Python without the variables that this process has set for Django."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**inherited, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("kind", "differences"), [("threaded", DIFFERENCES), ("async", ON_ASYNCIO)]
)
def test_djangos_own_tests_pass(tmp_path_factory, tmp_path, kind, differences):
    """All of its live server, save those that expect less than HTTP/1.1."""
    tests = sources(tmp_path_factory.getbasetemp() / "django-sources")
    runner = tmp_path / "runner.py"
    runner.write_text(RUNNER)
    suites = [
        "servers",
        "staticfiles_tests.test_liveserver",
        "file_storage.tests.FileLikeObjectTestCase",
    ]

    done = run(str(runner), kind, "--parallel", "1", *suites, cwd=tests)

    failed = set(re.findall(r"^(?:FAIL|ERROR): (\w+)", done.stderr, re.MULTILINE))
    assert differences.keys() == failed, done.stderr
    assert int(re.search(r"^Ran (\d+) tests", done.stderr, re.MULTILINE)[1]) >= 30


@pytest.mark.timeout(300)
def test_test_cases_take_the_place_of_djangos(tmp_path):
    """Django's runner finds them, and they share its database."""
    cases = "".join(CASES.format(kind=kind) for kind in ("threaded", "async"))
    (tmp_path / "test_shelf.py").write_text(OWN + cases)
    manage = ROOT / "sample_app/djangosite/manage.py"

    done = run(
        *("-W", "error", str(manage), "test", "--top-level-directory", ".", "test_shelf"),
        cwd=tmp_path,
        DJANGOSITE_DATA=str(tmp_path),
        PYTHONPATH=f"{ROOT}{os.pathsep}{tmp_path}",
    )

    assert done.returncode == 0, done.stderr
    assert "Ran 14 tests" in done.stderr
