"""Behind a proxy: its headers say who asked, and by which URL."""

import cherrypy


class Shop:
    _cp_config = {"tools.proxy.on": True}

    @cherrypy.expose
    def index(self):
        return f"{cherrypy.request.remote.ip} asked for {cherrypy.url()}"

    @cherrypy.expose
    def old(self):
        raise cherrypy.HTTPRedirect("/")
