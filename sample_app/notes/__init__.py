"""Notes that several people keep in one database.

A page that is usable by keyboard talks to a small REST API, `api/notes`. `notes` makes the
application with plain page handlers, `async_notes` the one with coroutines; both have the same
models, rules and page. They are configured like any CherryPy application, by two entries of their
own:

    notes.database = "postgresql://user:password@host/name"  # else "sqlite:///notes.db"
    notes.instance = "one"  # how it calls itself in its log; else host and process
"""

import cherrypy

from sample_app.notes import api, pages
from sample_app.notes.access_log import AccessLog
from sample_app.notes.database import AsyncDatabase, Database
from sample_app.notes.settings import Settings


def notes() -> cherrypy.Application:
    """Make the application with plain page handlers, for any server."""
    settings = Settings()
    database = Database(cherrypy.engine, settings)
    return _application(settings, database, pages.Pages(api.Notes(), pages.Ready()))


def async_notes() -> cherrypy.Application:
    """Make the application with coroutines for page handlers, for the asyncio server."""
    settings = Settings()
    database = AsyncDatabase(cherrypy.engine, settings)
    return _application(settings, database, pages.Pages(api.AsyncNotes(), pages.AsyncReady()))


def _application(
    settings: Settings, database: Database | AsyncDatabase, root: pages.Pages
) -> cherrypy.Application:
    application = cherrypy.Application(root, "")
    application.namespaces["notes"] = settings.set
    application.log = AccessLog(id(application), settings)
    application.merge(pages.configuration(settings, database))
    database.subscribe()
    return application
