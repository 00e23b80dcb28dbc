"""Notes which hook points the last request has passed."""

import functools

import cherrypy

PASSED = []


@cherrypy.tools.register("on_start_resource", priority=0)
def note_hook_points():
    PASSED[:] = ["on_start_resource"]
    for point in cherrypy.request.hooks:
        cherrypy.request.hooks.attach(point, functools.partial(PASSED.append, point))


class Pages:
    @cherrypy.expose
    @cherrypy.tools.note_hook_points()
    def index(self):
        PASSED.append("the page")
        return "well"

    @cherrypy.expose
    @cherrypy.tools.note_hook_points()
    def broken(self):
        PASSED.append("the page")
        raise ValueError("broken")

    @cherrypy.expose
    def passed(self):
        return ", ".join(PASSED)
