"""Reading and changing notes, whichever way the session talks to the database.

Plain page handlers call these functions; coroutines let `AsyncSession.run_sync` call them.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from sample_app.notes.drafts import Draft
from sample_app.notes.models import Note
from sample_app.notes.problems import Problem

PAGE_SIZE = 20


@dataclass(frozen=True)
class Listing:
    """One page of a list of notes; `pages` is how many there are, at least 1."""

    notes: list[dict[str, Any]]
    total: int
    page: int
    pages: int


def listing(session: Session, search: str, page: int) -> Listing:
    """Return notes that have a text anywhere in them, the ones changed last first."""
    found = select(Note)
    if search:
        contains = (column.icontains(search, autoescape=True) for column in (Note.title, Note.text))
        found = found.where(or_(*contains))
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.scalars(
        found.order_by(Note.changed.desc(), Note.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    pages = max(1, -(-total // PAGE_SIZE))
    return Listing([note.summary() for note in rows], total, page, pages)


def read(session: Session, number: int, *, to_change: bool = False) -> Note:
    """Return a note, locked for others if it is to be changed.

    Raises:
        Problem: 404, there is none.
    """
    note = session.get(Note, number, with_for_update=to_change or None)
    if note is None:
        raise Problem(404, f"There is no note {number}.")
    return note


def create(session: Session, draft: Draft, key: str | None) -> Note:
    """Store a new note, or return the one that the same request has made before.

    Args:
        session: Of this request.
        draft: What to store.
        key: The client's name for the request (draft-ietf-httpapi-idempotency-key-header).
    """
    earlier = _made_by(session, key)
    if earlier is not None:
        return earlier
    note = Note(title=draft.title, text=draft.text, creation_key=key)
    try:
        with session.begin_nested():
            session.add(note)
    except IntegrityError:  # the same request was faster, through another instance
        earlier = _made_by(session, key)
        if earlier is None:
            raise
        return earlier
    return note


def change(session: Session, number: int, draft: Draft, etag: str) -> Note:
    """Change a note that is still as the client knows it.

    That it has changed to what the client wants is as good: the answer to its first attempt may
    have been lost (RFC 9110, section 13.1.1).

    Raises:
        Problem: 404, there is none; 412, somebody else has changed it.
    """
    note = read(session, number, to_change=True)
    if (note.title, note.text) == (draft.title, draft.text):
        return note
    _require(note, etag)
    note.title, note.text = draft.title, draft.text
    _flush(session, number)
    return note


def delete(session: Session, number: int, etag: str) -> None:
    """Delete a note that is still as the client knows it.

    Raises:
        Problem: 404, there is none; 412, somebody else has changed it.
    """
    note = read(session, number, to_change=True)
    _require(note, etag)
    session.delete(note)
    _flush(session, number)


def _made_by(session: Session, key: str | None) -> Note | None:
    return session.scalar(select(Note).where(Note.creation_key == key)) if key else None


def _require(note: Note, etag: str) -> None:
    wanted = {one.strip() for one in etag.split(",")}
    if not wanted & {note.etag, "*"}:
        raise _changed_meanwhile(note.id)


def _flush(session: Session, number: int) -> None:
    try:
        session.flush()
    except StaleDataError:  # where rows cannot be locked, as in SQLite
        raise _changed_meanwhile(number) from None


def _changed_meanwhile(number: int) -> Problem:
    return Problem(412, f"Somebody else has changed note {number} since you read it.")
