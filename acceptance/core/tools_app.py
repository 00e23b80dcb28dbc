"""A tool of one's own, which measures, and one that refuses."""

import time

import cherrypy


@cherrypy.tools.register("on_start_resource")
def stopwatch(header="X-Seconds"):
    """Send how long a page has taken. The argument comes from `tools.stopwatch.header`."""
    began = time.perf_counter()

    def tell():
        cherrypy.response.headers[header] = f"{time.perf_counter() - began:.6f}"

    cherrypy.request.hooks.attach("before_finalize", tell)


@cherrypy.tools.register("before_handler", priority=20)
def members_only(key):
    """Refuse a request without the key, before the page handler is called."""
    if cherrypy.request.headers.get("X-Key") != key:
        raise cherrypy.HTTPError(403, "Members only.")


class Pages:
    @cherrypy.expose
    @cherrypy.tools.stopwatch()
    def index(self):
        return "measured"

    @cherrypy.expose
    @cherrypy.tools.members_only(key="sesame")
    def cave(self):
        return "treasure"
