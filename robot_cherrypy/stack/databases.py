"""Databases of a PostgreSQL server: created for a suite, and reset between its tests."""

import secrets
from contextlib import AbstractContextManager
from typing import Any

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import postgresql_client as client
from robot_cherrypy.stack.database_kinds import drop_each, not_created_here

# What PostgreSQL copies by default: an empty database.
_TEMPLATE = "template1"

# Statements, the second of which the name of a database completes.
_MAY_CREATE = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"

_DISCONNECTION = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND datname ="
)


class Databases:
    """Creates databases on one server, and drops those that it has created."""

    def __init__(self, url: str, *, reads_environment: bool = False) -> None:
        """Set the server.

        Args:
            url: The URL of a database on it, with a user who may create other databases.
            reads_environment: Whether libpq's environment variables, such as `PGPASSWORD`,
                complete the URL.
        """
        self.url = url
        self._reads_environment = reads_environment
        self._templates: dict[str, str] = {}
        self._created: list[str] = []

    def check(self) -> None:
        """Check that the server is there.

        Raises:
            StackError: It cannot be reached, or the user may create no databases there.
        """
        [[may_create]] = self.query(self.url, _MAY_CREATE)
        if not may_create:
            user = self.query(self.url, "SELECT current_user")[0][0]
            raise StackError(f"PostgreSQL's user '{user}' may not create databases (CREATEDB).")

    def create(self, template: str | None = None) -> str:
        """Create a database and return its URL.

        Args:
            template: The URL of the database to copy, to which nobody may be connected; by default
                an empty one.

        Raises:
            StackError: PostgreSQL refused.
        """
        original = client.name_of(template) if template else _TEMPLATE
        with self._session() as run:
            name = self._copy(original, run)
        self._templates[name] = original
        return client.with_name(self.url, name)

    def save(self, url: str) -> None:
        """Keep a copy of a database, to which `reset` sets it back from then on.

        The database may be one that was not created here; then it is not dropped at the end. Open
        connections to it are closed, as PostgreSQL copies no database that is in use.

        Raises:
            StackError: PostgreSQL refused, such as while somebody connects to it again and again.
        """
        name = client.name_of(url)
        with self._session() as run:
            run(f"{_DISCONNECTION} {_text(name)}")
            self._templates[name] = self._copy(name, run)

    def reset(self, url: str) -> None:
        """Replace a database by a new copy of its template; open connections to it are closed.

        The copy is made before the database is dropped. So the database stays as it is if
        PostgreSQL cannot make the copy, such as while somebody is connected to the template.

        Raises:
            StackError: The database was not created here, or PostgreSQL refused.
        """
        name = client.name_of(url)
        if name not in self._templates:
            raise not_created_here(name, self._templates)
        with self._session() as run:
            copy = self._copy(self._templates[name], run)
            try:
                run(_removal(name))
            except StackError:
                run(_removal(copy))
                self._created.remove(copy)
                raise
            run(f"ALTER DATABASE {_quoted(copy)} RENAME TO {_quoted(name)}")
        self._created.remove(copy)

    def query(self, url: str, statement: str) -> list[list[Any]]:
        """Run a statement and return the rows, each a list of its values.

        Args:
            url: The URL of the database.
            statement: See `postgresql_client.session`.

        Raises:
            StackError: PostgreSQL refused.
        """
        with client.session(url, reads_environment=self._reads_environment) as run:
            return run(statement)

    def drop_all(self) -> None:
        """Drop all databases that were created here, also if one of them cannot be dropped.

        Raises:
            StackError: Some could not be dropped.
        """
        names = self._created[::-1]
        self._created.clear()
        self._templates.clear()
        drop_each(names, lambda name: self.query(self.url, _removal(name)))

    def _copy(self, template: str, run: client.Session) -> str:
        """Create a copy of a database under a new name, and return the name."""
        name = f"test_{secrets.token_hex(6)}"
        run(_creation(name, template))
        self._created.append(name)
        return name

    def _session(self) -> AbstractContextManager[client.Session]:
        return client.session(self.url, reads_environment=self._reads_environment)


def _creation(name: str, template: str) -> str:
    return f"CREATE DATABASE {_quoted(name)} TEMPLATE {_quoted(template)}"


def _removal(name: str) -> str:
    return f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)"


def _text(value: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    """Return a name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
