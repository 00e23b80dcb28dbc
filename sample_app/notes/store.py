"""Reads and changes notes in the database.

Plain page handlers call these functions directly, coroutines through `AsyncSession.run_sync`.
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

# How many notes a page of the list has: as many as a screen shows without scrolling far.
_PAGE_SIZE = 20


@dataclass(frozen=True)
class Listing:
    """A page of the list of notes.

    Attributes:
        notes: The summaries of the notes on the page.
        total: How many notes the list has.
        page: The number of the page.
        pages: How many pages the list has, at least 1.
    """

    notes: list[dict[str, Any]]
    total: int
    page: int
    pages: int


def listing(session: Session, search: str, page: int) -> Listing:
    """Return a page of the notes that contain a text, the last changed note first."""
    query = select(Note)
    if search:
        contains = (column.icontains(search, autoescape=True) for column in (Note.title, Note.text))
        query = query.where(or_(*contains))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(
        query.order_by(Note.changed.desc(), Note.id.desc())
        .limit(_PAGE_SIZE)
        .offset((page - 1) * _PAGE_SIZE)
    )
    pages = max(1, -(-total // _PAGE_SIZE))
    return Listing([note.summary() for note in rows], total, page, pages)


def read(session: Session, number: int, *, to_change: bool = False) -> Note:
    """Return a note; with `to_change`, its row is locked until the transaction ends.

    Raises:
        Problem: 404, there is no such note.
    """
    note = session.get(Note, number, with_for_update=to_change or None)
    if note is None:
        raise Problem(404, f"There is no note {number}.")
    return note


def create(session: Session, draft: Draft, key: str | None) -> Note:
    """Create a note, or return the note that an earlier request with the same key has created.

    Args:
        session: The session of the request.
        draft: The note to store.
        key: The Idempotency-Key (draft-ietf-httpapi-idempotency-key-header).
    """
    earlier = _created_by(session, key)
    if earlier is not None:
        return earlier
    note = Note(title=draft.title, text=draft.text, creation_key=key)
    try:
        with session.begin_nested():
            session.add(note)
    except IntegrityError:  # another instance has created it meanwhile, for the same key
        earlier = _created_by(session, key)
        if earlier is None:
            raise
        return earlier
    return note


def change(session: Session, number: int, draft: Draft, etag: str) -> Note:
    """Change a note if it is still in the state that the client knows.

    If it has the new title and text already, this is a success, too: the response to an earlier
    attempt of the client may have been lost (RFC 9110, section 13.1.1).

    Raises:
        Problem: 404, there is no such note; 412, somebody else has changed it.
    """
    note = read(session, number, to_change=True)
    if (note.title, note.text) == (draft.title, draft.text):
        return note
    _require_state(note, etag)
    note.title, note.text = draft.title, draft.text
    _flush(session, number)
    return note


def delete(session: Session, number: int, etag: str) -> None:
    """Delete a note if it is still in the state that the client knows.

    Raises:
        Problem: 404, there is no such note; 412, somebody else has changed it.
    """
    note = read(session, number, to_change=True)
    _require_state(note, etag)
    session.delete(note)
    _flush(session, number)


def _created_by(session: Session, key: str | None) -> Note | None:
    return session.scalar(select(Note).where(Note.creation_key == key)) if key else None


def _require_state(note: Note, etags: str) -> None:
    allowed = {etag.strip() for etag in etags.split(",")}
    if not allowed & {note.etag, "*"}:
        raise _changed_meanwhile(note.id)


def _flush(session: Session, number: int) -> None:
    try:
        session.flush()
    except StaleDataError:  # SQLite cannot lock rows
        raise _changed_meanwhile(number) from None


def _changed_meanwhile(number: int) -> Problem:
    return Problem(412, f"Somebody else has changed note {number} since you read it.")
