"""Runs migrations, called by the application or by the command `alembic`."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection, create_engine

from sample_app.notes.models import Base, Moment


def _render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column type in a new migration as SQLAlchemy's type behind it."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def _run(connection: Connection) -> None:
    """Run the migrations that this database lacks."""
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_item=_render_item
    )
    with context.begin_transaction():
        context.run_migrations()


application_connection = context.config.attributes.get("connection")
if application_connection is not None:
    _run(application_connection)
else:
    url = context.config.get_main_option("sqlalchemy.url")
    assert url
    with create_engine(url).begin() as own_connection:
        _run(own_connection)
