"""A page that says how it was asked for."""

import cherrypy


class Page:
    @cherrypy.expose
    def index(self):
        return f"<!DOCTYPE html><html lang='en'><title>TLS</title>By {cherrypy.request.scheme}"
