"""A page that takes long, and leaves the visitor's session to the others."""

import threading

import cherrypy


class Reports:
    _cp_config = {"tools.sessions.on": True}

    def __init__(self):
        self.is_printed = threading.Event()

    @cherrypy.expose
    def index(self):
        visits = cherrypy.session["visits"] = cherrypy.session.get("visits", 0) + 1
        return f"Visit {visits}"

    @cherrypy.expose
    @cherrypy.config(**{"tools.sessions.on": False})
    def report(self):
        self.is_printed.wait(60)
        return "The report"

    @cherrypy.expose
    def finish(self):
        self.is_printed.set()
        return "It is printed."
