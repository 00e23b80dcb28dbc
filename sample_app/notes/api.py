"""The REST API: `/api/notes` for all notes, `/api/notes/<number>` for one.

CherryPy's `MethodDispatcher` calls the method that is named as that of the request. `Notes` and
`AsyncNotes` differ only in how they talk to the database.
"""

import json
from dataclasses import asdict
from typing import Any

import cherrypy
from cherrypy.lib import cptools

from sample_app.notes import drafts, store
from sample_app.notes.models import KEY_LENGTH, Note
from sample_app.notes.problems import Problem

# CherryPy's name for what JSON requests carry; only these methods have a body.
_JSON = {"tools.json_in.on": True, "tools.json_in.force": True}

# ruff: noqa: N802 - the dispatcher looks for names in capitals


class Notes:
    """Plain page handlers."""

    exposed = True

    def GET(self, number: str | None = None, *, search: str = "", page: str = "1") -> bytes:
        """Return one note, or a page of those that contain the search text."""
        db = cherrypy.request.db
        if number is not None:
            return one(store.read(db, as_number(number)))
        return listing(store.listing(db, search, as_number(page)))

    @cherrypy.config(**_JSON)
    def POST(self) -> bytes:
        """Create a note."""
        return created(store.create(cherrypy.request.db, sent(), creation_key()))

    @cherrypy.config(**_JSON)
    def PUT(self, number: str) -> bytes:
        """Change a note."""
        return one(store.change(cherrypy.request.db, as_number(number), sent(), known_state()))

    def DELETE(self, number: str) -> None:
        """Delete a note."""
        store.delete(cherrypy.request.db, as_number(number), known_state())
        deleted()


class AsyncNotes:
    """Coroutines."""

    exposed = True

    async def GET(self, number: str | None = None, *, search: str = "", page: str = "1") -> bytes:
        """Return one note, or a page of those that contain the search text."""
        db = cherrypy.request.db
        if number is not None:
            return one(await db.run_sync(store.read, as_number(number)))
        return listing(await db.run_sync(store.listing, search, as_number(page)))

    @cherrypy.config(**_JSON)
    async def POST(self) -> bytes:
        """Create a note."""
        db = cherrypy.request.db
        return created(await db.run_sync(store.create, sent(), creation_key()))

    @cherrypy.config(**_JSON)
    async def PUT(self, number: str) -> bytes:
        """Change a note."""
        db = cherrypy.request.db
        return one(await db.run_sync(store.change, as_number(number), sent(), known_state()))

    async def DELETE(self, number: str) -> None:
        """Delete a note."""
        await cherrypy.request.db.run_sync(store.delete, as_number(number), known_state())
        deleted()


def as_number(text: str) -> int:
    """Read the number of a note or page.

    Raises:
        Problem: 404, it is none.
    """
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) < 2**31 and len(text) < 11):
        raise Problem(404, f"There is no '{text}'.")
    return int(text)


def sent() -> drafts.Draft:
    """Read the note that the client sent."""
    return drafts.read(cherrypy.request.json)


def creation_key() -> str | None:
    """Return the client's name for its request, by which a repetition is known.

    Raises:
        Problem: 400, it is too long.
    """
    key: str | None = cherrypy.request.headers.get("Idempotency-Key")
    if key and len(key) > KEY_LENGTH:
        raise Problem(400, f"Idempotency-Key may have {KEY_LENGTH} characters, not {len(key)}.")
    return key


def known_state() -> str:
    """Return the entity tag that the client knows the note by.

    Raises:
        Problem: 428, it sent none and might overwrite what it has not seen (RFC 6585).
    """
    etag: str | None = cherrypy.request.headers.get("If-Match")
    if etag is None:
        raise Problem(428, "Send If-Match with the ETag of the note as you know it.")
    return etag


def one(note: Note) -> bytes:
    """Answer with a note, or with 304 if the client has it already."""
    cherrypy.response.headers["ETag"] = note.etag
    if cherrypy.request.method in {"GET", "HEAD"}:
        cptools.validate_etags()
    return as_json(note.representation())


def created(note: Note) -> bytes:
    """Answer with a new note."""
    cherrypy.response.status = 201
    cherrypy.response.headers["ETag"] = note.etag
    cherrypy.response.headers["Location"] = cherrypy.url(f"/api/notes/{note.id}", relative="server")
    return as_json(note.representation())


def listing(found: store.Listing) -> bytes:
    """Answer with a list."""
    return as_json(asdict(found))


def deleted() -> None:
    """Answer with nothing."""
    cherrypy.response.status = 204


def as_json(content: Any) -> bytes:
    """Write the body of a response."""
    cherrypy.response.headers["Content-Type"] = "application/json"
    return json.dumps(content).encode()
