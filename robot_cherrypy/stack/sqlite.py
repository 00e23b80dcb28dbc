"""SQLite databases: files that are created for a suite, and reset between its tests.

An application may keep them open, in this process or another one. So a file is never replaced: its
content is, in one transaction, by SQLite's own backup (https://www.sqlite.org/backup.html).
"""

import contextlib
import secrets
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack.database_kinds import not_created_here
from robot_cherrypy.stack.temporary_folder import TemporaryFolder

# How long a transaction of the application may hold a file locked, in seconds.
_TIMEOUT = 10.0

# How often the backup asks for a locked file again, in seconds.
_INTERVAL = 0.02


class SqliteDatabases:
    """Creates files in a folder of its own, and deletes them with it."""

    def __init__(self) -> None:
        self._folder = TemporaryFolder()
        self._templates: dict[Path, Path | None] = {}

    def check(self) -> None:
        """Do nothing: there is no server."""

    def create(self, template: str | None = None) -> str:
        """Create a database and return its URL.

        Args:
            template: The URL of the database to copy, by default none.

        Raises:
            StackError: There is no such file.
        """
        original = _existing(template) if template else None
        path = self._new_file()
        with _connect(path) as target:
            _replace(target, original)
        self._templates[path] = original
        return f"sqlite:///{path}"

    def save(self, url: str) -> None:
        """Keep a copy of a database, to which `reset` sets it back from then on.

        Raises:
            StackError: There is no such file, or it is locked.
        """
        path = _existing(url)
        copy = self._new_file()
        with _connect(copy) as target:
            _replace(target, path)
        self._templates[path] = copy

    def reset(self, url: str) -> None:
        """Set the content of a database back to that of its template.

        Raises:
            StackError: The database was neither created nor saved here, or it is locked.
        """
        path = _path_of(url)
        if path not in self._templates:
            raise not_created_here(path, self._templates)
        with _connect(path) as target:
            _replace(target, self._templates[path])

    def query(self, url: str, statement: str) -> list[list[Any]]:
        """Run a statement and return the rows, each a list of its values.

        Args:
            url: The URL of the database.
            statement: One, or several in one transaction; then the rows are those of the last.

        Raises:
            StackError: SQLite refused, or the file is locked.
        """
        rows: list[list[Any]] = []
        with _connect(_existing(url)) as connection:
            statements = list(_split(statement))
            try:
                if len(statements) > 1:
                    connection.execute("BEGIN")
                for single in statements:
                    rows = [list(row) for row in connection.execute(single)]
                if connection.in_transaction:
                    connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise StackError(f"SQLite refused '{statement}': {error}") from error
        return rows

    def drop_all(self) -> None:
        """Delete all files that were created here."""
        self._templates.clear()
        self._folder.delete()

    def _new_file(self) -> Path:
        return self._folder.path / f"test_{secrets.token_hex(6)}.sqlite3"


@contextlib.contextmanager
def _connect(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, timeout=_TIMEOUT, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _replace(target: sqlite3.Connection, original: Path | None) -> None:
    """Replace the content of a database by that of a file, or by nothing.

    Raises:
        StackError: A transaction holds one of both locked.
    """
    deadline = time.monotonic() + _TIMEOUT

    def check_deadline(*_progress: int) -> None:
        if time.monotonic() > deadline:
            raise TimeoutError

    with _connect(original or Path(":memory:")) as source:
        try:
            source.backup(target, sleep=_INTERVAL, progress=check_deadline)
        except TimeoutError as error:
            raise StackError(
                f"The SQLite database could not be copied within {_TIMEOUT:g} s: a transaction"
                " that has not ended holds it locked."
            ) from error
        except sqlite3.Error as error:
            raise StackError(f"SQLite could not copy a database: {error}") from error


def _split(script: str) -> Iterator[str]:
    """Yield the statements of a script."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \t\r\n;"):
                yield statement
            statement = ""
    if statement.strip(" \t\r\n;"):
        yield statement.removesuffix(";")


def _path_of(url: str) -> Path:
    """Return the file that a URL names, as SQLAlchemy has it: `sqlite:////absolute/path`."""
    path = unquote(url.partition("://")[2].partition("?")[0]).removeprefix("/")
    if path in {"", ":memory:"}:
        raise StackError(
            f"'{url}' names no file, as 'sqlite:////absolute/path' does: an SQLite database in"
            " memory belongs to its application alone."
        )
    return Path(path).resolve()


def _existing(url: str) -> Path:
    path = _path_of(url)
    if not path.is_file():
        raise StackError(f"There is no SQLite database at {path}.")
    return path
