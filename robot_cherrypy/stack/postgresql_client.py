"""Connections to PostgreSQL, by every form of its URLs, and values of every type without a loss.

The driver is psycopg: it gives values their types, and it reads URLs by libpq, the library by which
applications read them. The output of `psql` was no choice: in it a NULL looks like an empty text,
and a line break of a value like the end of a row.
"""

import contextlib
import functools
import os
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from robot_cherrypy.errors import MissingExtraError, StackError

try:
    import psycopg
    from psycopg import conninfo
    from psycopg.pq import Conninfo
except ModuleNotFoundError as error:
    raise MissingExtraError("PostgreSQL", "stack") from error

from robot_cherrypy.stack.postgresql_values import load_without_loss

Session = Callable[[str], list[list[Any]]]

# How long a connection and a statement may take, in seconds: a statement that creates a database
# takes some 50 ms, and many times that where several test runs share a machine.
_TIMEOUT = 30

# Variables that libpq reads itself, or whose option has no neutral value: they can only be removed
# for the moment of a connection (`fe-connect.c`, `fe-protocol3.c`).
_REMOVED = (
    "PGSERVICE",
    "PGDATESTYLE",
    "PGTZ",
    "PGGEQO",
    "PGCONNECT_TIMEOUT",
    "PGSSLCERTMODE",
    "PGREQUIREAUTH",
    "PGMINPROTOCOLVERSION",
    "PGMAXPROTOCOLVERSION",
)
_REMOVAL = threading.Lock()

# Scheme, driver as in SQLAlchemy, user and hosts, name of the database, options.
_URL = re.compile(
    r"(postgres(?:ql)?)(\+\w+)?://(?P<hosts>(?:[^@/]*@)?[^/?]*)(?:/[^?]*)?(?P<options>\?.*)?"
)


def parameters_of(url: str) -> dict[str, Any]:
    """Return the parameters of a connection that a URL names.

    Args:
        url: As libpq has it (PostgreSQL documentation, "Connection Strings"): a URL, or words such
            as `host=db.example user=ann`. A URL may name a driver, as in SQLAlchemy.

    Raises:
        StackError: It is none of these.
    """
    match = _URL.fullmatch(url)
    plain = url[: match.end(1)] + url[url.index("://") :] if match else url
    try:
        return dict(conninfo.conninfo_to_dict(plain))
    except psycopg.ProgrammingError as error:
        raise StackError(
            f"'{_without_password(url)}' names no PostgreSQL database, as"
            f" 'postgresql://user:password@host:5432/name' does: {str(error).strip()}"
        ) from None


def name_of(url: str) -> str:
    """Return the name of the database in a URL."""
    return str(parameters_of(url).get("dbname", ""))


def with_name(url: str, name: str) -> str:
    """Return a URL with another database's name, in the same form."""
    match = _URL.fullmatch(url)
    if match is None:
        return conninfo.make_conninfo(url, dbname=name)
    options = re.sub(r"(?<=[?&])dbname=[^&]*&?", "", match["options"] or "").rstrip("?&")
    return f"{url[: match.end('hosts')]}/{quote(name, safe='')}{options}"


@contextlib.contextmanager
def session(url: str, *, reads_environment: bool = False) -> Iterator[Session]:
    """Connect to a database within the context, which gets a function that runs statements.

    The function returns the rows of a statement, which is a transaction. It may consist of several,
    separated by semicolons; then the rows are those of the last.

    Args:
        url: See `parameters_of`.
        reads_environment: Whether libpq's environment variables complete the URL.

    Raises:
        StackError: The database cannot be reached, or PostgreSQL refused a statement.
    """
    with _connect(url, reads_environment=reads_environment) as connection:
        yield functools.partial(_run, connection)


def _run(connection: "psycopg.Connection[Any]", statement: str) -> list[list[Any]]:
    try:
        cursor = connection.execute(statement)
        while cursor.nextset():
            pass
        return [list(row) for row in cursor] if cursor.description else []
    except psycopg.errors.QueryCanceled as error:
        raise StackError(f"PostgreSQL did not answer within {_TIMEOUT} s: {statement}") from error
    except psycopg.Error as error:
        severity = f"{error.diag.severity_nonlocalized}:  " if error.diag.severity else ""
        raise StackError(
            f"PostgreSQL refused '{statement}': {severity}{str(error).strip()}"
        ) from error


def _connect(url: str, *, reads_environment: bool) -> "psycopg.Connection[Any]":
    parameters = {"connect_timeout": _TIMEOUT, **parameters_of(url)}
    with contextlib.nullcontext() if reads_environment else _without_variables(parameters):
        try:
            connection = psycopg.connect(**parameters, autocommit=True)
        except psycopg.Error as error:
            raise StackError(
                f"The database '{_without_password(url)}' cannot be reached: {str(error).strip()}"
            ) from error
    load_without_loss(connection)
    connection.execute(f"SET statement_timeout = '{_TIMEOUT}s'")
    return connection


@contextlib.contextmanager
def _without_variables(parameters: dict[str, Any]) -> Iterator[None]:
    """Connect within the context as if none of libpq's environment variables were set.

    Most are overridden by the values that libpq has without them; only what cannot be is removed
    from the environment, which the threads of an application share.
    """
    for option in Conninfo.get_defaults():
        variable = (option.envvar or b"").decode()
        if variable in os.environ and variable not in _REMOVED:
            parameters.setdefault(option.keyword.decode(), (option.compiled or b"").decode())
    with _REMOVAL:
        removed = {name: os.environ.pop(name) for name in _REMOVED if name in os.environ}
        try:
            yield
        finally:
            os.environ.update(removed)


def _without_password(url: str) -> str:
    """Return a URL for a message."""
    return re.sub(r"(://[^:@/]*:)[^@/]*(?=@)|(password=)[^\s&]+", r"\1\2…", url)
