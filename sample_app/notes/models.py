"""What is stored."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

TITLE_LENGTH = 200
KEY_LENGTH = 255


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, also in SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return what was stored."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables."""


def _now() -> datetime:
    return datetime.now(UTC)


class Note(Base):
    """A note.

    `version` grows with each change, and SQLAlchemy changes a row only if it has the version that
    was read. `creation_key` is what the client calls the request that made it.
    """

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column()
    created: Mapped[datetime] = mapped_column(Moment, default=_now)
    changed: Mapped[datetime] = mapped_column(Moment, default=_now, onupdate=_now, index=True)
    creation_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH), unique=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy reads it

    @property
    def etag(self) -> str:
        """The entity tag of its current state (RFC 9110, section 8.8.3).

        When it was created is part of it, since databases give the number of a deleted note, or of
        one that a restored backup does not have, to another one.
        """
        return f'"{self.created.timestamp():f}-{self.version}"'

    def summary(self) -> dict[str, Any]:
        """What a list shows of it."""
        return {"id": self.id, "title": self.title, "changed": self.changed.isoformat()}

    def representation(self) -> dict[str, Any]:
        """All that a client sees of it."""
        return {**self.summary(), "text": self.text, "created": self.created.isoformat()}
