"""Notes that several people write in one database.

A page, which can be used by keyboard alone, sends requests to a REST API, `api/notes`. `notes`
makes the application with plain page handlers, `async_notes` with coroutines; both share models,
rules and page. The configuration has three entries of its own:

    notes.database = "postgresql://user:password@host/name"  # by default "sqlite:///notes.db"
    notes.password_file = "/run/secrets/database"  # if the URL has no password
    notes.instance = "one"  # the name in the log; by default host and process
"""

import cherrypy

from sample_app.notes import api, pages
from sample_app.notes.access_log import AccessLog
from sample_app.notes.database import AsyncDatabase, Database
from sample_app.notes.settings import Settings


def notes() -> cherrypy.Application:
    """Return the application with plain page handlers, for any server."""
    settings = Settings()
    database = Database(cherrypy.engine, settings)
    return _application(settings, database, pages.Pages(api.Notes(), pages.Ready()))


def async_notes() -> cherrypy.Application:
    """Return the application with coroutines as page handlers, for the asyncio server."""
    settings = Settings()
    database = AsyncDatabase(cherrypy.engine, settings)
    return _application(settings, database, pages.Pages(api.AsyncNotes(), pages.AsyncReady()))


def _application(
    settings: Settings, database: Database | AsyncDatabase, root: pages.Pages
) -> cherrypy.Application:
    application = cherrypy.Application(root, "")
    application.namespaces["notes"] = settings.set_entry
    application.log = AccessLog(id(application), settings)
    application.merge(pages.configuration(settings, database))
    database.subscribe()
    return application
