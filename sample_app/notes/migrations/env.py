"""Runs migrations, for the application and for `alembic` on the command line."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection, create_engine

from sample_app.notes.models import Base, Moment


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own type as the one that it stores."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run what is due on a connection."""
    context.configure(connection=connection, target_metadata=Base.metadata, render_item=render_item)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.config.get_main_option("sqlalchemy.url")
    assert url
    with create_engine(url).begin() as opened:
        run(opened)
