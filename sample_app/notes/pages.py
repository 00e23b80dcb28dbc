"""The page, and what is told to those who look after the application."""

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

# The page needs its own files and its own server, and nothing else.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class Api:
    """Where the resources hang."""

    def __init__(self, notes: Notes | AsyncNotes) -> None:
        self.notes = notes


class Ready:
    """Tells whether requests can be served."""

    exposed = True

    def GET(self) -> str:  # noqa: N802 - the dispatcher looks for it
        """Ask the database; its absence is answered with 503."""
        cherrypy.request.db.execute(text("SELECT 1"))
        return "ready"


class AsyncReady:
    """Tells whether requests can be served."""

    exposed = True

    async def GET(self) -> str:  # noqa: N802 - the dispatcher looks for it
        """Ask the database; its absence is answered with 503."""
        await cherrypy.request.db.execute(text("SELECT 1"))
        return "ready"


class Health:
    """Tells that this process is alive, whatever else is missing."""

    exposed = True

    def GET(self) -> str:  # noqa: N802 - the dispatcher looks for it
        """Answer."""
        return "alive"


class Pages:
    """The root of the application."""

    def __init__(self, notes: Notes | AsyncNotes, ready: Ready | AsyncReady) -> None:
        self.api = Api(notes)
        self.ready = ready
        self.health = Health()


def configuration(settings: Settings, database: Database | AsyncDatabase) -> dict[str, Any]:
    """Return the configuration of the application."""
    by_method = {"request.dispatch": cherrypy.dispatch.MethodDispatcher()}
    with_database = {**by_method, "tools.transaction.on": True}
    with_database["tools.transaction.database"] = database
    return {
        "/": {
            **by_method,
            "error_page.default": problems.error_page,
            "hooks.before_finalize": settings.sign,
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
