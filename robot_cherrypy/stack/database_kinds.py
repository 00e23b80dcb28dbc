"""The kinds of databases that keywords know, and what they ask of each."""

from collections.abc import Callable, Iterable
from typing import Any, Literal, Protocol, get_args

from robot_cherrypy.errors import StackError
from robot_cherrypy.stack.guarded_program import GuardedProgram

Kind = Literal["postgresql", "mariadb", "redis", "sqlite"]

# What a URL may begin with, besides the kind itself.
_SCHEMES: dict[str, Kind] = {
    "postgres": "postgresql",
    "mysql": "mariadb",
    "rediss": "redis",
    "valkey": "redis",
    "sqlite3": "sqlite",
    **{kind: kind for kind in get_args(Kind)},
}


class AnyDatabases(Protocol):
    """The databases of one kind, on the server that the test run uses."""

    def check(self) -> None:
        """Check that the server is there; raise a `StackError` if it is not."""

    def create(self, template: str | None = None) -> str:
        """Create a database, as a copy of another one if a URL is given; return its URL."""

    def save(self, url: str) -> None:
        """Keep a copy of a database, to which `reset` sets it back from then on."""

    def reset(self, url: str) -> None:
        """Set a database back to what it was when it was created or saved."""

    def query(self, url: str, statement: str) -> list[list[Any]]:
        """Run a statement and return the rows, each a list of its values."""

    def drop_all(self) -> None:
        """Drop all databases that were created here."""


class DatabaseServer(Protocol):
    """A server that the test run has started."""

    def start(self) -> None:
        """Start the server, and wait until it accepts connections."""

    def stop(self) -> None:
        """Stop the server; return when no process and no file of it is left."""

    def restart(self, *, crash: bool = False) -> None:
        """Stop the server, as in a crash or not, and start it again with its data."""

    @property
    def url(self) -> str:
        """The URL of the database that every server has, with a user who may do everything."""

    @property
    def program(self) -> GuardedProgram:
        """The running program."""


def kind_of(url: str) -> Kind:
    """Return the kind of a database by its URL.

    Raises:
        StackError: It is of no kind that is known.
    """
    scheme, separator, _ = url.partition("://")
    if not separator and "=" in url:  # words of libpq, such as `host=db.example`
        return "postgresql"
    try:
        return _SCHEMES[scheme.partition("+")[0].lower()]
    except KeyError:
        known = ", ".join(f"{kind}://" for kind in get_args(Kind))
        raise StackError(f"The URL '{url}' begins with none of {known}.") from None


def not_created_here(database: object, created: Iterable[object]) -> StackError:
    """Return the error about a database that cannot be reset, as its former content is unknown."""
    known = ", ".join(f"'{name}'" for name in created) or "none"
    return StackError(f"Database '{database}' was not created here. Created: {known}.")


def drop_each(names: Iterable[str], drop: Callable[[str], object]) -> None:
    """Drop databases, also if one of them cannot be dropped.

    Raises:
        StackError: Some could not be dropped.
    """
    errors = []
    for name in names:
        try:
            drop(name)
        except StackError as error:
            errors.append(str(error))
    if errors:
        raise StackError("\n".join(errors))
