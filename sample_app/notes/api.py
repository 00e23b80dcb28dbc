"""The REST API: `/api/notes` for all notes, `/api/notes/<number>` for a single one.

CherryPy's `MethodDispatcher` calls the method with the name of the request's method. `Notes` and
`AsyncNotes` differ only in how they use the database.
"""

import json
from dataclasses import asdict
from typing import Any

import cherrypy
from cherrypy.lib import cptools, jsontools

from sample_app.notes import drafts, store
from sample_app.notes.models import KEY_LENGTH, Note
from sample_app.notes.problems import Problem

# In characters: the longest that a note can contain, and well below what SQLite compares (50 kB).
_SEARCH_LENGTH = 10_000


def _read_json(entity: Any) -> None:
    """Read a body as JSON; CherryPy knows documents that are wrong, but not those nested too deep.

    Raises:
        cherrypy.HTTPError: 400, the body is no JSON or cannot be read.
    """
    with cherrypy.HTTPError.handle(RecursionError, 400, "Invalid JSON document"):
        jsontools.json_processor(entity)


# The configuration of the methods whose requests have a body, which has to be JSON.
_JSON = {
    "tools.json_in.on": True,
    "tools.json_in.force": True,
    "tools.json_in.processor": _read_json,
}

# ruff: noqa: N802 - the dispatcher looks for method names in capitals


class Notes:
    """The resource with plain page handlers."""

    exposed = True

    def GET(self, number: str | None = None, *, search: str = "", page: str = "1") -> bytes:
        """Return a note, or a page of the list of those that contain the search text."""
        db = cherrypy.request.db
        if number is not None:
            return _respond_note(store.read(db, _number(number)))
        return _respond_listing(store.listing(db, _searched(search), _number(page)))

    @cherrypy.config(**_JSON)
    def POST(self) -> bytes:
        """Create a note."""
        return _respond_created(store.create(cherrypy.request.db, _draft(), _creation_key()))

    @cherrypy.config(**_JSON)
    def PUT(self, number: str) -> bytes:
        """Change a note."""
        return _respond_note(
            store.change(cherrypy.request.db, _number(number), _draft(), _known_etag())
        )

    def DELETE(self, number: str) -> None:
        """Delete a note."""
        store.delete(cherrypy.request.db, _number(number), _known_etag())
        cherrypy.response.status = 204


class AsyncNotes:
    """The resource with coroutines."""

    exposed = True

    async def GET(self, number: str | None = None, *, search: str = "", page: str = "1") -> bytes:
        """Return a note, or a page of the list of those that contain the search text."""
        db = cherrypy.request.db
        if number is not None:
            return _respond_note(await db.run_sync(store.read, _number(number)))
        return _respond_listing(await db.run_sync(store.listing, _searched(search), _number(page)))

    @cherrypy.config(**_JSON)
    async def POST(self) -> bytes:
        """Create a note."""
        db = cherrypy.request.db
        return _respond_created(await db.run_sync(store.create, _draft(), _creation_key()))

    @cherrypy.config(**_JSON)
    async def PUT(self, number: str) -> bytes:
        """Change a note."""
        db = cherrypy.request.db
        return _respond_note(
            await db.run_sync(store.change, _number(number), _draft(), _known_etag())
        )

    async def DELETE(self, number: str) -> None:
        """Delete a note."""
        await cherrypy.request.db.run_sync(store.delete, _number(number), _known_etag())
        cherrypy.response.status = 204


def _searched(text: str | list[str]) -> str:
    """Return the text to search for.

    Raises:
        Problem: 400, no note can contain it, or there are several.
    """
    if isinstance(text, list):
        raise Problem(400, "Send one 'search'.")
    if len(text) > _SEARCH_LENGTH:
        raise Problem(400, f"'search' may have {_SEARCH_LENGTH} characters, not {len(text)}.")
    if not drafts.is_storable(text):
        raise Problem(400, "'search' has a character that no note has.")
    return text


def _number(text: str | list[str]) -> int:
    """Return the number of a note or page.

    Raises:
        Problem: 404, the text is no such number; 400, there are several.
    """
    if isinstance(text, list):
        raise Problem(400, "Send one number.")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) < 2**31 and len(text) < 11):
        raise Problem(404, f"There is no '{text}'.")
    return int(text)


def _draft() -> drafts.Draft:
    """Return the note that the client sent."""
    return drafts.read(cherrypy.request.json)


def _creation_key() -> str | None:
    """Return the Idempotency-Key, by which a repeated request is recognised.

    Raises:
        Problem: 400, the key is too long.
    """
    key: str | None = cherrypy.request.headers.get("Idempotency-Key")
    if key and len(key) > KEY_LENGTH:
        raise Problem(400, f"Idempotency-Key may have {KEY_LENGTH} characters, not {len(key)}.")
    return key


def _known_etag() -> str:
    """Return the entity tag of the state in which the client knows the note.

    Raises:
        Problem: 428, the client sent none and could overwrite a state that it does not know (RFC
            6585).
    """
    etag: str | None = cherrypy.request.headers.get("If-Match")
    if etag is None:
        raise Problem(428, "Send If-Match with the ETag of the note as you know it.")
    return etag


def _respond_note(note: Note) -> bytes:
    """Respond with a note, or with 304 if the client has it already."""
    cherrypy.response.headers["ETag"] = note.etag
    if cherrypy.request.method in {"GET", "HEAD"}:
        cptools.validate_etags()
    return _json_body(note.representation())


def _respond_created(note: Note) -> bytes:
    """Respond with a note that was created."""
    cherrypy.response.status = 201
    cherrypy.response.headers["ETag"] = note.etag
    cherrypy.response.headers["Location"] = cherrypy.url(f"/api/notes/{note.id}", relative="server")
    return _json_body(note.representation())


def _respond_listing(listing: store.Listing) -> bytes:
    """Respond with a page of the list."""
    return _json_body(asdict(listing))


def _json_body(content: Any) -> bytes:
    """Return the body of a response, and set its content type."""
    cherrypy.response.headers["Content-Type"] = "application/json"
    return json.dumps(content).encode()
