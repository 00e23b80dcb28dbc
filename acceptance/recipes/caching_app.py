"""Pages that are kept: by the server, and by the browser."""

import itertools

import cherrypy


class Pages:
    def __init__(self):
        self.counter = itertools.count(1)

    @cherrypy.expose
    @cherrypy.tools.caching(delay=60)
    def slow(self):
        return f"made {next(self.counter)}"

    @cherrypy.expose
    @cherrypy.tools.expires(secs=3600, force=True)
    def rare(self):
        return "changes rarely"

    @cherrypy.expose
    @cherrypy.tools.etags(autotags=True)
    def often(self):
        return "may change at any time"
