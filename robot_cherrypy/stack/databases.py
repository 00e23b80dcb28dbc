"""Databases of a PostgreSQL server, made for a suite and made anew between its tests."""

import os
import secrets
import subprocess
from urllib.parse import unquote, urlsplit

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import programs

_TIMEOUT = 30.0
_TEMPLATE = "template1"  # PostgreSQL's own default


class Databases:
    """Makes databases on one server and drops what it made."""

    def __init__(self, url: str) -> None:
        """Take the URL of a database of somebody who may create others."""
        self.url = url
        self._psql = programs.postgresql() / "psql"
        self._templates: dict[str, str] = {}

    def create(self, template: str | None = None) -> str:
        """Make a database and return its URL.

        Args:
            template: URL of the database to copy, to which nobody may be connected; an empty one
                by default.

        Raises:
            StackError: PostgreSQL refused.
        """
        name = f"test_{secrets.token_hex(6)}"
        self._templates[name] = name_of(template) if template else _TEMPLATE
        self._run(self.url, self._creation(name))
        return with_name(self.url, name)

    def reset(self, url: str) -> None:
        """Make a database as it was when it was created; whoever is connected is cut off.

        Raises:
            StackError: It was not created here, or PostgreSQL refused.
        """
        name = name_of(url)
        if name not in self._templates:
            known = ", ".join(f"'{one}'" for one in self._templates) or "none"
            raise StackError(f"Database '{name}' was not created here. Created: {known}.")
        self._run(self.url, _removal(name), self._creation(name))

    def query(self, url: str, statement: str) -> list[list[str]]:
        """Run a statement; return the rows' fields as text.

        Raises:
            StackError: PostgreSQL refused.
        """
        return [row.split("\x1f") for row in self._run(url, statement).split("\x1e") if row]

    def drop_all(self) -> None:
        """Drop what was created and is left."""
        for name in reversed(list(self._templates)):
            self._run(self.url, _removal(name))
        self._templates.clear()

    def _creation(self, name: str) -> str:
        return f'CREATE DATABASE "{name}" TEMPLATE "{self._templates[name]}"'

    def _run(self, url: str, *statements: str) -> str:
        parts = urlsplit(url)
        command = [
            str(self._psql),
            *("--no-psqlrc", "--quiet", "--no-password", "--no-align", "--tuples-only"),
            *("--field-separator=\x1f", "--record-separator=\x1e"),
            *("--set=ON_ERROR_STOP=1", f"--dbname={without_password(url)}"),
            *(f"--command={statement}" for statement in statements),
        ]
        # Not on the command line, which everybody may read.
        environment = {**os.environ, "PGPASSWORD": unquote(parts.password or "")}
        try:
            done = subprocess.run(  # noqa: S603 - PostgreSQL's own client
                command,
                env=environment,
                check=False,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=_TIMEOUT,
            )
        except subprocess.TimeoutExpired as error:
            raise StackError(
                f"PostgreSQL did not answer within {_TIMEOUT:g} s: {'; '.join(statements)}"
            ) from error
        if done.returncode:
            raise StackError(f"PostgreSQL refused '{'; '.join(statements)}': {done.stderr.strip()}")
        return done.stdout.removesuffix("\n")


def _removal(name: str) -> str:
    return f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'


def name_of(url: str) -> str:
    """Return the name of the database that a URL points to."""
    return unquote(urlsplit(url).path.removeprefix("/"))


def with_name(url: str, name: str) -> str:
    """Return a URL of the same server that points to another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def without_password(url: str) -> str:
    """Return a URL without its password."""
    parts = urlsplit(url)
    user, at, address = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}{at}{address}").geturl()
