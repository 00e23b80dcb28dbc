"""Databases of a MariaDB or MySQL server: created for a suite, and reset between its tests.

The server cannot copy a database, so its own programs do: `mariadb-dump` writes everything that is
in it as SQL, and `mariadb` runs that.
"""

import contextlib
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from robot_cherrypy.errors import MissingExtraError, StackError
from robot_cherrypy.stack import executables
from robot_cherrypy.stack.database_kinds import drop_each, not_created_here

try:
    import pymysql
    from pymysql.constants import CLIENT
except ModuleNotFoundError as error:
    raise MissingExtraError("MariaDB", "stack") from error

# How long a connection, a statement and a copy may take, in seconds.
_TIMEOUT = 30

# What a copy has besides tables, their data and views, and how values come through unchanged.
_DUMP = ("--routines", "--triggers", "--events", "--hex-blob", "--single-transaction")


# Statements that the name of a database completes.
_SETTINGS_OF = (
    "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata"
    " WHERE schema_name ="
)
_CONNECTIONS_TO = "SELECT id FROM information_schema.processlist WHERE db ="

# A statement that calls a procedure.
_CALL = re.compile(r"(?:^|;)\s*CALL\b", re.IGNORECASE)


class MariadbDatabases:
    """Creates databases on one server, and drops those that it has created."""

    def __init__(self, url: str) -> None:
        """Set the URL of a database, with a user who may create other databases."""
        self.url = url
        # What `reset` restores: the name of a template, or the dump of a saved database.
        self._templates: dict[str, str | bytes | None] = {}
        self._created: list[str] = []

    def check(self) -> None:
        """Check that the server is there.

        Raises:
            StackError: It cannot be reached.
        """
        self.query(self.url, "SELECT 1")

    def create(self, template: str | None = None) -> str:
        """Create a database and return its URL.

        Args:
            template: The URL of the database to copy, by default none.

        Raises:
            StackError: MariaDB refused.
        """
        name = f"test_{secrets.token_hex(6)}"
        original = _parameters(template)["database"] if template else None
        content = self._content(original)
        self._run(f"CREATE DATABASE {_quoted(name)}")
        self._created.append(name)
        self._load(name, content)
        self._templates[name] = original
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def save(self, url: str) -> None:
        """Keep what is in a database, to which `reset` sets it back from then on."""
        name = _parameters(url)["database"]
        self._templates[name] = self._content(name)

    def reset(self, url: str) -> None:
        """Drop a database and create it again with its former content; connections are closed.

        Raises:
            StackError: The database was not created here, or MariaDB refused; then it has the
                content that it had before.
        """
        name = _parameters(url)["database"]
        if name not in self._templates:
            raise not_created_here(name, self._templates)
        content, before = self._content(self._templates[name]), self._content(name)
        try:
            self._replace(name, content)
        except StackError:
            self._replace(name, before)
            raise

    def query(self, url: str, statement: str) -> list[list[Any]]:
        """Run a statement and return the rows, each a list of its values.

        Args:
            url: The URL of the database.
            statement: One, or several that are separated by semicolons; then the rows are those of
                the last, and all are rolled back if one fails.

        Raises:
            StackError: MariaDB refused.
        """
        with _connected(url) as connection, connection.cursor() as cursor:
            try:
                cursor.execute(statement)
                rows = _rows(cursor)
                while cursor.nextset():
                    # A procedure ends with a result without rows.
                    if cursor.description or not _CALL.search(statement):
                        rows = _rows(cursor)
                connection.commit()
            except pymysql.MySQLError as error:
                raise StackError(f"MariaDB refused '{statement}': {error.args[-1]}") from error
        return rows

    def drop_all(self) -> None:
        """Drop all databases that were created here, also if one of them cannot be dropped.

        Raises:
            StackError: Some could not be dropped.
        """
        names = self._created[::-1]
        self._created.clear()
        self._templates.clear()
        drop_each(names, self._drop)

    def _run(self, statement: str) -> list[list[Any]]:
        return self.query(self.url, statement)

    def _replace(self, name: str, content: bytes) -> None:
        settings = self._run(f"{_SETTINGS_OF} {_text(name)}")
        self._drop(name)
        ending = "CHARACTER SET {} COLLATE {}".format(*settings[0]) if settings else ""
        self._run(f"CREATE DATABASE {_quoted(name)} {ending}")
        self._load(name, content)

    def _drop(self, name: str) -> None:
        """Drop a database; a connection with an open transaction would keep it for ever."""
        for [number] in self._run(f"{_CONNECTIONS_TO} {_text(name)}"):
            with contextlib.suppress(StackError):  # it has ended meanwhile
                self._run(f"KILL {number}")
        self._run(f"DROP DATABASE IF EXISTS {_quoted(name)}")

    def _content(self, original: str | bytes | None) -> bytes:
        """Return the SQL that makes the content of a database."""
        if original is None or isinstance(original, bytes):
            return original or b""
        return self._run_program("mariadb-dump", *_DUMP, original, source=b"")

    def _load(self, name: str, content: bytes) -> None:
        if content:
            self._run_program("mariadb", name, source=content)

    def _run_program(self, name: str, *arguments: str, source: bytes) -> bytes:
        parameters = _parameters(self.url)
        address = {key: parameters[key] for key in ("host", "port", "user")}
        if socket := parameters.get("unix_socket"):
            address = {"socket": socket, "user": parameters["user"]}
        options = [f"--{key}={value}" for key, value in address.items()]
        try:
            program = subprocess.run(  # noqa: S603 - MariaDB's own client
                [
                    executables.mariadb(name),
                    *("--no-defaults", "--default-character-set=utf8mb4"),
                    *options,
                    *arguments,
                ],
                input=source,
                env={**os.environ, "MYSQL_PWD": parameters["password"]},
                check=False,
                capture_output=True,
                timeout=_TIMEOUT,
            )
        except subprocess.TimeoutExpired as error:
            raise StackError(f"{name} did not end within {_TIMEOUT} s.") from error
        if program.returncode:
            raise StackError(f"{name} failed: {program.stderr.decode(errors='replace').strip()}")
        return program.stdout


@contextlib.contextmanager
def _connected(url: str) -> Iterator[Any]:
    """Connect to a database within the context.

    Raises:
        StackError: It cannot be reached.
    """
    try:
        connection = pymysql.connect(
            **_parameters(url),
            charset="utf8mb4",
            client_flag=CLIENT.MULTI_STATEMENTS,
            connect_timeout=_TIMEOUT,
            read_timeout=_TIMEOUT,
            write_timeout=_TIMEOUT,
        )
    except pymysql.MySQLError as error:
        raise StackError(f"MariaDB cannot be reached: {error.args[-1]}") from error
    with connection:
        yield connection


def _parameters(url: str) -> dict[str, Any]:
    """Return the parameters of a connection, as PyMySQL calls them, that a URL names."""
    parts = urlsplit(url)
    parameters: dict[str, Any] = {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or 3306,
        "user": unquote(parts.username or "root"),
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.removeprefix("/")),
    }
    for socket in parse_qs(parts.query).get("unix_socket", []):
        parameters["unix_socket"] = socket
    return parameters


def _quoted(name: str) -> str:
    """Return a name as an identifier of SQL."""
    return "`" + name.replace("`", "``") + "`"


def _text(value: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _rows(cursor: Any) -> list[list[Any]]:
    return [list(row) for row in cursor.fetchall()]
