"""An engine plugin with the connections to the database, and a tool with a request's transaction.

CherryPy's documentation recommends both under "Database support": the plugin runs as long as the
engine, the tool as long as a request.
"""

import asyncio
import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cherrypy
from alembic import command
from alembic.config import Config
from cherrypy.process.plugins import SimplePlugin
from sqlalchemy import URL, Engine, NullPool, create_engine, event, exc, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker

from sample_app.notes.problems import Problem
from sample_app.notes.settings import Settings

_Handler = Callable[..., Any]

_MIGRATIONS = Path(__file__).parent / "migrations"

# The number of the lock for migrations; any that nothing else locks in this database.
_MIGRATION_LOCK = 1_313_821_765

_DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite+pysqlite"}
_ASYNC_DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite+aiosqlite"}

# The pool checks a connection before a request gets it, and replaces it if the database has closed
# it, as at a restart. A request waits for a free connection for at most 10 seconds, half of the
# load balancer's time-out; then it fails with 503, and the page repeats it.
_POOL = {"pool_pre_ping": True, "pool_timeout": 10}

# A database whose host has lost its power says nothing, and PostgreSQL's client would wait for it
# for minutes. So a connection ends whose data or probes nobody has acknowledged for some seconds,
# which the host of a database that is only busy does:
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
_SILENCE = {
    "connect_timeout": "5",
    "tcp_user_timeout": "5000",
    "keepalives_idle": "3",
    "keepalives_interval": "2",
    "keepalives_count": "1",
}


class Database(SimplePlugin):
    """Opens connections when the engine starts, and closes them when it stops."""

    def __init__(self, bus: Any, settings: Settings) -> None:
        super().__init__(bus)
        self._settings = settings
        self._engine: Engine | None = None

    def start(self) -> None:
        """Run the migrations that are due, and make the pool of connections."""
        migrate(self._settings.database_url)
        self._engine = create_engine(_with_driver(self._settings.database_url, _DRIVERS), **_POOL)
        _tune(self._engine)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)

    start.priority = 60  # type: ignore[attr-defined]  # before the server, which has 75

    def stop(self) -> None:
        """Close all connections."""
        if self._engine:
            self._engine.dispose()

    def in_transaction(self, handler: _Handler) -> _Handler:
        """Return a page handler that commits its changes if it raises no error."""

        @functools.wraps(handler)
        def call(*args: Any, **kwargs: Any) -> Any:
            with _outages(), self._sessions.begin() as session:
                cherrypy.serving.request.db = session
                return handler(*args, **kwargs)

        return call


class AsyncDatabase(SimplePlugin):
    """The same for coroutines: the connections belong to the event loop of the server."""

    def __init__(self, bus: Any, settings: Settings) -> None:
        super().__init__(bus)
        self._settings = settings
        self._engine: AsyncEngine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Run the migrations that are due, and make the pool of connections."""
        migrate(self._settings.database_url)
        self._engine = create_async_engine(
            _with_driver(self._settings.database_url, _ASYNC_DRIVERS), **_POOL
        )
        _tune(self._engine.sync_engine)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    start.priority = 60  # type: ignore[attr-defined]  # before the server, which has 75

    def stop(self) -> None:
        """Close the connections in the pool; requests in flight close theirs."""
        if self._engine and self._loop and self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._engine.dispose(), self._loop).result(timeout=5)

    stop.priority = 20  # type: ignore[attr-defined]  # before the server, which has 25 and ends the loop

    def in_transaction(self, handler: _Handler) -> _Handler:
        """Return a page handler that commits its changes if it raises no error."""

        @functools.wraps(handler)
        async def call(*args: Any, **kwargs: Any) -> Any:
            self._loop = asyncio.get_running_loop()
            with _outages():
                async with self._sessions.begin() as session:
                    cherrypy.serving.request.db = session
                    return await handler(*args, **kwargs)

        return call


def _transaction(database: Database | AsyncDatabase) -> None:
    """Run the page handler in a transaction, with its session as `cherrypy.request.db`.

    The transaction is committed before the response is sent, so that no client gets a success for
    a change that is not stored.

    Raises:
        cherrypy.NotFound: The handler does not accept the arguments in the URL. CherryPy checks
            that only for handlers that no other function wraps.
    """
    handler = cherrypy.serving.request.handler
    if isinstance(handler, cherrypy.dispatch.PageHandler):
        try:
            inspect.signature(handler.callable).bind(*handler.args, **handler.kwargs)
        except TypeError:
            raise cherrypy.NotFound from None
        handler.callable = database.in_transaction(handler.callable)


cherrypy.tools.transaction = cherrypy.Tool("before_handler", _transaction, priority=20)


@contextlib.contextmanager
def _outages() -> Iterator[None]:
    """Respond with 503 if the database cannot be reached."""
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
        cherrypy.log(f"The database is not there: {error}")
        raise _unavailable() from error
    except exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
        cherrypy.log(f"The database has gone: {error}")
        raise _unavailable() from error


def _unavailable() -> Problem:
    return Problem(503, "The database is not there at the moment.", retry_after=1)


def migrate(url: str | URL) -> None:
    """Run the migrations that a database lacks; several instances do so one after the other."""
    engine = create_engine(_with_driver(url, _DRIVERS), poolclass=NullPool)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            lock = text("SELECT pg_advisory_xact_lock(:lock)")
            connection.execute(lock, {"lock": _MIGRATION_LOCK})
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _with_driver(url: str | URL, drivers: dict[str, str]) -> URL:
    """Return a URL such as `postgresql://host/name` with the driver to use, and its options."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(query={**_SILENCE, **parsed.query})
    return parsed.set(drivername=drivers.get(parsed.drivername, parsed.drivername))


def _tune(engine: Engine) -> None:
    """Let SQLite read while it writes: its write-ahead log makes that possible."""
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def use_write_ahead_log(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.close()
