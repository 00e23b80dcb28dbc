"""Two sites with names of their own on one server."""

import cherrypy


class Blog:
    @cherrypy.expose
    def index(self):
        return "The blog"


class Shop:
    def __init__(self):
        self.blog = Blog()

    @cherrypy.expose
    def index(self):
        return "The shop"


def application():
    hosts = cherrypy.dispatch.VirtualHost(**{"blog.example": "/blog", "blog.example:8080": "/blog"})
    return cherrypy.Application(Shop(), "", {"/": {"request.dispatch": hosts}})
