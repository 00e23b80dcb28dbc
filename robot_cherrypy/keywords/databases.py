"""Keywords about databases, whatever their kind."""

from typing import Any

from robot.api.deco import keyword

from robot_cherrypy.keywords.running_databases import RunningDatabases
from robot_cherrypy.stack.database_kinds import Kind, kind_of


class DatabaseKeywords:
    """Creating, resetting and querying databases. The URL says of which kind a database is."""

    def __init__(self, running: RunningDatabases) -> None:
        self._running = running

    @keyword
    def create_database(self, template: str | None = None, kind: Kind | None = None) -> str:
        """Create a database, which is dropped when its server stops or the suite ends.

        A copy of another PostgreSQL database takes about 50 ms. So create the tables once, in a
        database that serves as a template, and give each suite a copy of it.

        Args:
            template: URL of the database to copy, to which no connection may be open; by default
                the new database is empty.
            kind: ``postgresql``, ``mariadb``, ``redis`` (one of its numbered databases), or
                ``sqlite`` (a file, which needs no server); by default that of ``template``, else
                of the server that was started last.

        Returns:
            The URL of the database.

        Raises:
            StackError: No server of this kind is running, or it refused the command.

        Example:
        | Start PostgreSQL
        | ${template} =    Create Database
        | ${database} =    Create Database    ${template}
        """
        kind = kind or (kind_of(template) if template else None)
        return self._running.newest(kind).create(template)

    @keyword
    def save_database(self, url: str) -> None:
        """Keep a copy of a database, to which `Reset Database` sets it back from then on.

        The database need not be one of `Create Database`: it may be one that an application or its
        settings name, such as the SQLite file of a Django project. The database itself is not
        dropped at the end, but the copy is.

        Args:
            url: URL of the database, such as that which `Create Database` returned, or
                ``sqlite:////home/ann/shop/db.sqlite3``. Open connections to a PostgreSQL database
                are closed.

        Raises:
            StackError: No server of this kind is running, it refused the command, or there is no
                such file.

        Example:
        | Start PostgreSQL
        | ${database} =    Create Database
        | Query Database    ${database}    CREATE TABLE fruits (name text)
        | Save Database    ${database}
        | Query Database    ${database}    DROP TABLE fruits
        | Reset Database    ${database}
        """
        self._running.of(url).save(url)

    @keyword
    def reset_database(self, url: str) -> None:
        """Set a database back to a copy of its template, under the same URL.

        The template is what `Create Database` copied, or the copy of `Save Database`. Applications
        may go on, in this process or in others: open connections to a database of PostgreSQL or
        MariaDB are closed; those to an SQLite file or to Redis see the new content. If the database
        cannot be reset, it stays as it is.

        Args:
            url: URL that `Create Database` returned or `Save Database` was given, or that of the
                server from `Start Redis`, whose database then becomes empty.

        Raises:
            StackError: No server of this kind is running, it refused the command, a transaction
                holds an SQLite file locked, or `Create Database` did not create the database.

        Example:
        | Start PostgreSQL
        | ${database} =    Create Database
        | Reset Database    ${database}
        """
        self._running.of(url).reset(url)

    @keyword
    def query_database(self, url: str, statement: str) -> list[list[Any]]:
        """Run an SQL statement, or a command of Redis, on a database, without the application.

        Values have the types that Python's drivers give them: numbers, text, ``None`` for NULL,
        bytes, decimals, dates and times (those with a zone too), lists for arrays, and what
        ``json.loads`` makes of JSON. What Python cannot hold, such as dates before the year 1,
        infinite ones and intervals in months, is text as PostgreSQL writes it. MariaDB's JSON and
        SQLite's dates are text, as they have no such types.

        Args:
            url: URL of the database, such as that which `Create Database` returned.
            statement: The statement, in the SQL of the database. Several are separated by
                semicolons and run in one transaction; the rows are then those of the last. For
                Redis, a command such as ``GET greeting``, with arguments quoted as in a shell.

        Returns:
            A list of rows, each a list of its values; empty if the statement has no rows. Redis'
            response has a row for each item of a list and each field of a hash, else one row.

        Raises:
            StackError: No server of this kind is running, it refused the statement, or it did not
                answer within 30 seconds.

        Example:
        | Start PostgreSQL
        | ${database} =    Create Database
        | ${rows} =    Query Database    ${database}    SELECT 1, 'one', NULL
        | Should Be Equal    ${rows}    ${{ [[1, 'one', None]] }}
        """
        return self._running.of(url).query(url, statement)
