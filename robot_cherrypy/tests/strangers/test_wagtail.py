"""Wagtail, a Django project with an admin of its own (https://pypi.org/project/wagtail)."""

import os
import re
import subprocess
import sys

import pytest
from PIL import Image

BROKEN = """
urlpatterns.insert(0, path("broken/", lambda request: {}["tea"]))
"""
PASSWORD = "earl grey"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A new project, as `wagtail start` makes it, with one more page, which raises."""
    folder = tmp_path_factory.mktemp("wagtail")

    def run(*words):
        environment = os.environ | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        command = [sys.executable, *words]
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)

    run("-m", "wagtail.bin.wagtail", "start", "shop", ".")
    with (folder / "shop" / "urls.py").open("a") as urls:
        urls.write(BROKEN)
    run("manage.py", "migrate")
    account = ("--username", "ada", "--email", "ada@example.org")
    run("manage.py", "createsuperuser", "--noinput", *account)
    return folder


@pytest.fixture
def shop(project, monkeypatch, visit_in_child):
    """A client of the project."""
    monkeypatch.chdir(project)
    monkeypatch.syspath_prepend(project)
    return visit_in_child("shop.settings.dev")


def token(page):
    """Return the token of a form, without which Django refuses it."""
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


def test_its_pages_are_served(shop):
    """A page, and the style sheets that it refers to."""
    page = shop.get("/").text
    assert "Welcome to your new Wagtail site!" in page
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page)
    assert sheets
    for sheet in sheets:
        assert shop.get(sheet).headers["Content-Type"].startswith("text/css")


def test_somebody_logs_in_and_uploads_a_picture(shop, tmp_path):
    """Forms, sessions, redirects and files work, and pictures are served in another size."""
    form = shop.get("/admin/login/?next=/admin/")
    account = {"username": "ada", "password": PASSWORD, "next": "/admin/"}
    account["csrfmiddlewaretoken"] = token(form.text)
    assert "ada" in shop.post("/admin/login/", data=account).text
    Image.new("RGB", (400, 300), "olive").save(tmp_path / "leaf.png")
    fields = {"title": "Leaf", "collection": "1"}
    fields["csrfmiddlewaretoken"] = token(shop.get("/admin/images/add/").text)
    with (tmp_path / "leaf.png").open("rb") as picture:
        shop.post("/admin/images/add/", data=fields, files={"file": picture})
    listing = shop.get("/admin/images/").text
    sources = re.findall(r'src="(/media/images/leaf[^"]+)"', listing)
    assert sources
    for source in sources:
        assert shop.get(source).headers["Content-Type"].startswith("image/")
    assert shop.server_errors() == []


def test_server_error_is_recorded_once(shop):
    """With the exception and its page handler."""
    assert shop.get("/broken/").status_code == 500
    [error] = shop.server_errors()
    assert error.startswith("GET /broken/: KeyError: 'tea' in shop.urls.<lambda>")
