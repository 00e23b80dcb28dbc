"""Where an entry of the configuration may stand: the more special place wins."""

import cherrypy


class Pages:
    _cp_config = {"greeting": "from the class"}

    @cherrypy.expose
    def index(self):
        return cherrypy.request.config["greeting"]

    @cherrypy.expose
    @cherrypy.config(greeting="from the page")
    def special(self):
        return cherrypy.request.config["greeting"]

    @cherrypy.expose
    def by_path(self):
        return cherrypy.request.config["greeting"]


def application():
    return cherrypy.Application(Pages(), "", {"/by_path": {"greeting": "from the path"}})
