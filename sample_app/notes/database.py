"""The database as an engine plugin, and a tool that gives each request a transaction.

CherryPy's documentation teaches this division under "Database support": the plugin lives as long
as the process serves, the tool as long as a request.
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

Handler = Callable[..., Any]

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 1_313_821_765  # any number that nothing else locks in this database
_DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite+pysqlite"}
_ASYNC_DRIVERS = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite+aiosqlite"}

# A connection that the server has closed meanwhile, as at its restart, is found out and replaced
# before a request gets it.
_POOL = {"pool_pre_ping": True, "pool_timeout": 10}


class Database(SimplePlugin):
    """Connects when the engine starts and disconnects when it has stopped."""

    def __init__(self, bus: Any, settings: Settings) -> None:
        super().__init__(bus)
        self._settings = settings
        self._engine: Engine | None = None

    def start(self) -> None:
        """Bring the tables up to date and make the pool of connections."""
        migrate(self._settings.database)
        self._engine = create_engine(with_driver(self._settings.database, _DRIVERS), **_POOL)
        tune(self._engine)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)

    start.priority = 60  # type: ignore[attr-defined]  # before the server, which has 75

    def stop(self) -> None:
        """Close all connections."""
        if self._engine:
            self._engine.dispose()

    def in_transaction(self, handler: Handler) -> Handler:
        """Return a page handler that commits what it did, unless it raises."""

        @functools.wraps(handler)
        def call(*args: Any, **kwargs: Any) -> Any:
            with outages(), self._sessions.begin() as session:
                cherrypy.serving.request.db = session
                return handler(*args, **kwargs)

        return call


class AsyncDatabase(SimplePlugin):
    """The same for coroutines: its connections live on the event loop of the server."""

    def __init__(self, bus: Any, settings: Settings) -> None:
        super().__init__(bus)
        self._settings = settings
        self._engine: AsyncEngine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Bring the tables up to date and make the pool of connections."""
        migrate(self._settings.database)
        self._engine = create_async_engine(
            with_driver(self._settings.database, _ASYNC_DRIVERS), **_POOL
        )
        tune(self._engine.sync_engine)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    start.priority = 60  # type: ignore[attr-defined]  # before the server, which has 75

    def stop(self) -> None:
        """Close the connections of the pool; those in use are closed by their requests."""
        if self._engine and self._loop and self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._engine.dispose(), self._loop).result(timeout=5)

    stop.priority = 20  # type: ignore[attr-defined]  # the server, which has 25, ends the loop

    def in_transaction(self, handler: Handler) -> Handler:
        """Return a page handler that commits what it did, unless it raises."""

        @functools.wraps(handler)
        async def call(*args: Any, **kwargs: Any) -> Any:
            self._loop = asyncio.get_running_loop()
            with outages():
                async with self._sessions.begin() as session:
                    cherrypy.serving.request.db = session
                    return await handler(*args, **kwargs)

        return call


def transaction(database: Database | AsyncDatabase) -> None:
    """Run the page handler in a transaction; it finds its session in `cherrypy.request.db`.

    The transaction ends with the handler, so that no client hears of a change that is not stored.

    Raises:
        cherrypy.NotFound: The handler does not take what is in the URL. CherryPy would find that
            out by itself, were it not called by another function.
    """
    handler = cherrypy.serving.request.handler
    if isinstance(handler, cherrypy.dispatch.PageHandler):
        try:
            inspect.signature(handler.callable).bind(*handler.args, **handler.kwargs)
        except TypeError:
            raise cherrypy.NotFound from None
        handler.callable = database.in_transaction(handler.callable)


cherrypy.tools.transaction = cherrypy.Tool("before_handler", transaction, priority=20)


@contextlib.contextmanager
def outages() -> Iterator[None]:
    """Ask the client to come again when the database is not there."""
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
        cherrypy.log(f"The database is not there: {error}")
        raise _come_again() from error
    except exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
        cherrypy.log(f"The database has gone: {error}")
        raise _come_again() from error


def _come_again() -> Problem:
    return Problem(503, "The database is not there at the moment.", retry_after=1)


def migrate(url: str) -> None:
    """Bring the tables up to date, one instance at a time."""
    engine = create_engine(with_driver(url, _DRIVERS), poolclass=NullPool)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            lock = text("SELECT pg_advisory_xact_lock(:lock)")
            connection.execute(lock, {"lock": _MIGRATION_LOCK})
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def with_driver(url: str, drivers: dict[str, str]) -> URL:
    """Let a URL such as `postgresql://host/name` name the driver that is used here."""
    parsed = make_url(url)
    return parsed.set(drivername=drivers.get(parsed.drivername, parsed.drivername))


def tune(engine: Engine) -> None:
    """Let readers of an SQLite file go on while somebody writes."""
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def use_log(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.close()
