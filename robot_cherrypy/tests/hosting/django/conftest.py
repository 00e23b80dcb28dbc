"""The sample project with a database of its own. A process can have one Django project only."""

import os

import pytest

from robot_cherrypy.hosting.django.project import set_up

SETTINGS = "sample_app.djangosite.settings"


@pytest.fixture(scope="session", autouse=True)
def project(tmp_path_factory):
    """Set Django up, with an empty database."""
    os.environ["DJANGOSITE_DATA"] = str(tmp_path_factory.mktemp("djangosite"))
    set_up(SETTINGS)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@pytest.fixture
def book():
    """A book in the database."""
    from sample_app.djangosite.shelf.models import Book

    book = Book.objects.create(title="Ærø & öl", author="A. Reader", year=1999)
    yield book
    book.delete()
