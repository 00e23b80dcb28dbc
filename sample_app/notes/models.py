"""The table of notes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# In characters; the migrations create the columns with the same lengths. A title is for a line of a
# list, and a key is a UUID or the like.
TITLE_LENGTH = 200
KEY_LENGTH = 255


class Moment(TypeDecorator[datetime]):
    """A time in UTC, also in SQLite, which does not store time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return a stored value as a time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base class of all models."""


def _now() -> datetime:
    return datetime.now(UTC)


class Note(Base):
    """A note.

    `version` grows with each change; SQLAlchemy changes a row only if the row still has the version
    that was read. `creation_key` is the Idempotency-Key of the request that created the note.
    """

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column()
    created: Mapped[datetime] = mapped_column(Moment, default=_now)
    changed: Mapped[datetime] = mapped_column(Moment, default=_now, onupdate=_now, index=True)
    creation_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH), unique=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy wants a dict

    @property
    def etag(self) -> str:
        """The entity tag of the current state (RFC 9110, section 8.8.3).

        It contains the time of creation, because a database can give the number of a deleted note,
        or of one that is not in a restored backup, to a new note.
        """
        return f'"{self.created.timestamp():f}-{self.version}"'

    def summary(self) -> dict[str, Any]:
        """Return what a list contains of the note."""
        return {"id": self.id, "title": self.title, "changed": self.changed.isoformat()}

    def representation(self) -> dict[str, Any]:
        """Return the note as clients get it."""
        return {**self.summary(), "text": self.text, "created": self.created.isoformat()}
