"""Databases of a Redis server, which it has by number."""

import contextlib
import itertools
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from robot_cherrypy.errors import MissingExtraError, StackError
from robot_cherrypy.stack.database_kinds import not_created_here

try:
    import redis
except ModuleNotFoundError as error:
    raise MissingExtraError("Redis", "stack") from error

# How long a connection and a command may take, in seconds.
_TIMEOUT = 30.0


class RedisDatabases:
    """Finds empty databases on one server, and empties those that it has given out."""

    def __init__(self, url: str, *, is_own: bool = False) -> None:
        """Set the server.

        Args:
            url: The URL of a database on it, such as `redis://:password@127.0.0.1:6379/0`.
            is_own: Whether it runs for the test only; then this database can be reset, too.
        """
        self.url = url
        self._created: list[int] = []
        self._templates: dict[int, int | None] = {_number(url): None} if is_own else {}

    def check(self) -> None:
        """Check that the server is there.

        Raises:
            StackError: It cannot be reached.
        """
        with self._connected(self.url) as client:
            client.ping()

    def create(self, template: str | None = None) -> str:
        """Find an empty database and return its URL.

        Args:
            template: The URL of the database to copy, by default none.

        Raises:
            StackError: Redis refused, or all databases have content.
        """
        original = None if template is None else _number(template)
        number = self._new_number()
        self._replace(number, original)
        self._templates[number] = original
        return urlsplit(self.url)._replace(path=f"/{number}").geturl()

    def save(self, url: str) -> None:
        """Keep a copy of a database, to which `reset` sets it back from then on."""
        copy = self._new_number()
        self._replace(copy, _number(url))
        self._templates[_number(url)] = copy

    def reset(self, url: str) -> None:
        """Replace the content of a database by that of its template, in one transaction.

        Raises:
            StackError: The database was not created here, or Redis refused.
        """
        number = _number(url)
        if number not in self._templates:
            raise not_created_here(number, self._templates)
        self._replace(number, self._templates[number])

    def query(self, url: str, statement: str) -> list[list[Any]]:
        """Run a command, such as `GET name`, and return its response as rows.

        Args:
            url: The URL of the database.
            statement: A command with its arguments, quoted as in a shell.

        Raises:
            StackError: Redis refused.
        """
        with self._connected(url) as client:
            return _rows(client.execute_command(*shlex.split(statement)))

    def drop_all(self) -> None:
        """Empty all databases that were given out here."""
        for number in self._created:
            self._replace(number, None)
        self._created.clear()
        self._templates.clear()

    def _new_number(self) -> int:
        """Return the number of an empty database that is not given out yet."""
        with self._connected(self.url) as client:
            for number in itertools.count(1):
                client.execute_command("SELECT", number)
                if number not in self._created and not client.dbsize():
                    self._created.append(number)
                    return number
        raise AssertionError("Redis refuses numbers that are too high.")

    def _replace(self, number: int, original: int | None) -> None:
        """Replace the content of a database by that of another one, or by nothing."""
        with self._connected(self.url) as client:
            keys: list[Any] = []
            if original is not None:
                client.execute_command("SELECT", original)
                keys = list(client.scan_iter())
            transaction = client.pipeline(transaction=True)
            transaction.execute_command("SELECT", number)
            transaction.flushdb()
            transaction.execute_command("SELECT", number if original is None else original)
            for key in keys:
                transaction.execute_command("COPY", key, key, "DB", number)
            transaction.execute()

    @contextlib.contextmanager
    def _connected(self, url: str) -> Iterator[Any]:
        """Connect within the context; errors there are those of the server."""
        try:
            client = redis.Redis.from_url(
                url,
                single_connection_client=True,
                socket_timeout=_TIMEOUT,
                socket_connect_timeout=_TIMEOUT,
            )
            with client:
                yield client
        except (redis.RedisError, ValueError) as error:
            raise StackError(f"Redis refused: {error}") from error


def _number(url: str) -> int:
    """Return the number of the database in a URL, by default 0."""
    path = urlsplit(url).path.removeprefix("/")
    if path and not path.isdecimal():
        raise StackError(f"'{path}' is no number of a Redis database, as in redis://host:6379/1.")
    return int(path or 0)


def _rows(response: Any) -> list[list[Any]]:
    """Return a response as rows: one for each field of a hash, or each item of a list."""
    if isinstance(response, dict):
        return [[_value(key), _value(value)] for key, value in response.items()]
    if isinstance(response, list | tuple | set):
        return [
            _value(item) if isinstance(item, list | tuple) else [_value(item)] for item in response
        ]
    return [[_value(response)]]


def _value(response: Any) -> Any:
    """Return a part of a response; bytes are text if they can be."""
    if isinstance(response, list | tuple):
        return [_value(item) for item in response]
    if isinstance(response, bytes):
        with contextlib.suppress(UnicodeDecodeError):
            return response.decode()
    return response
