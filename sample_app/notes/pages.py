"""The page, and two resources for monitoring."""

from pathlib import Path
from typing import Any

import cherrypy
from sqlalchemy import text

from sample_app.notes import problems
from sample_app.notes.api import AsyncNotes, Notes
from sample_app.notes.database import AsyncDatabase, Database
from sample_app.notes.protection import same_origin
from sample_app.notes.settings import Settings

_FILES = Path(__file__).parent / "page"

# The page may use its own files and send requests to its own server only.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class _Api:
    """The parent of the REST API's resources in the tree."""

    def __init__(self, notes: Notes | AsyncNotes) -> None:
        self.notes = notes


class Ready:
    """Whether the application can respond to requests."""

    exposed = True

    def GET(self) -> str:  # noqa: N802 - the dispatcher looks for it
        """Run a statement in the database; without a database the response is 503."""
        cherrypy.request.db.execute(text("SELECT 1"))
        return "ready"


class AsyncReady:
    """Whether the application can respond to requests."""

    exposed = True

    async def GET(self) -> str:  # noqa: N802 - the dispatcher looks for it
        """Run a statement in the database; without a database the response is 503."""
        await cherrypy.request.db.execute(text("SELECT 1"))
        return "ready"


class _Health:
    """Whether this process responds, even without a database."""

    exposed = True

    def GET(self) -> str:  # noqa: N802 - the dispatcher looks for it
        """Return a text."""
        return "alive"


class Pages:
    """The root of the application."""

    def __init__(self, notes: Notes | AsyncNotes, ready: Ready | AsyncReady) -> None:
        self.api = _Api(notes)
        self.ready = ready
        self.health = _Health()


def configuration(settings: Settings, database: Database | AsyncDatabase) -> dict[str, Any]:
    """Return the application's configuration by path."""
    by_method = {"request.dispatch": cherrypy.dispatch.MethodDispatcher()}
    with_database = {**by_method, "tools.transaction.on": True}
    with_database["tools.transaction.database"] = database
    return {
        "/": {
            **by_method,
            "error_page.default": problems.error_page,
            "hooks.before_finalize": settings.add_header,
            "tools.encode.on": True,
            "tools.encode.encoding": "utf-8",
            "tools.staticdir.on": True,
            "tools.staticdir.dir": str(_FILES),
            "tools.staticdir.index": "index.html",
            "tools.response_headers.on": True,
            "tools.response_headers.headers": [
                ("Cache-Control", "no-cache"),
                ("Content-Security-Policy", _POLICY),
                ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "same-origin"),
            ],
        },
        "/api": {
            **with_database,
            "tools.staticdir.on": False,
            "hooks.on_start_resource": same_origin,
        },
        "/ready": {**with_database, "tools.staticdir.on": False},
        "/health": {"tools.staticdir.on": False},
    }
