"""Keywords about the database of the bookshelf, whose server runs in the process of the test."""

import os
import tempfile
from pathlib import Path
from typing import Any

from robot.api.deco import keyword, library

from robot_cherrypy.hosting.django import set_up

_SETTINGS = "sample_app.djangosite.settings"
PASSWORD = "open sesame"  # noqa: S105 - of a database that lives as long as the run


@library(scope="GLOBAL")
class shelf:  # noqa: N801 - Robot imports a library by the name of its file
    """Creates the database once for a run, and empties it for each suite."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @keyword
    def empty_the_shelf(self) -> None:
        """Delete everything, and create one user, the administrator."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="djangosite-")
            os.environ["DJANGOSITE_DATA"] = self._folder.name
            set_up(_SETTINGS)
        from django.contrib.auth.models import User  # noqa: PLC0415 - once Django is set up
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        call_command("flush", interactive=False, verbosity=0)
        User.objects.create_superuser("admin", password=PASSWORD)

    @keyword
    def put_on_shelf(self, title: str, author: str) -> int:
        """Put a book into the database; return its key."""
        key: int = self._books.create(title=title, author=author).pk
        return key

    @keyword
    def book_should_be_stored(self, title: str, **values: Any) -> None:
        """Fail unless the database has a book with these values."""
        stored = self._books.filter(title=title).values(*values).first()
        if stored != values:
            raise AssertionError(f"Book '{title}' should have {values}, but has {stored}.")

    @keyword
    def cover_should_be(self, title: str, file: Path) -> None:
        """Fail unless the cover of a book is the same as a file."""
        cover = self._books.get(title=title).cover
        with cover.open("rb") as stored:
            if stored.read() != file.read_bytes():
                raise AssertionError(f"{cover.name} should be what {file} is.")

    @property
    def _books(self) -> Any:
        from sample_app.djangosite.shelf.models import Book  # noqa: PLC0415 - once Django is set up

        return Book.objects
