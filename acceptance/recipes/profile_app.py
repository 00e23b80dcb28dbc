"""Where a page spends its time: `?profile=1` shows it instead of the page."""

import cProfile
import io
import pstats
import threading

import cherrypy

LOCK = threading.Lock()  # Python has one profile at a time


@cherrypy.tools.register("before_handler", priority=60)
def profile():
    if not cherrypy.request.params.pop("profile", ""):
        return
    handler = cherrypy.request.handler

    def profiled(*args, **kwargs):
        profile, text = cProfile.Profile(), io.StringIO()
        with LOCK:
            profile.runcall(handler, *args, **kwargs)
        pstats.Stats(profile, stream=text).sort_stats("cumulative").print_stats(20)
        cherrypy.response.headers["Content-Type"] = "text/plain"
        return text.getvalue()

    cherrypy.request.handler = profiled


class Pages:
    _cp_config = {"tools.profile.on": True}  # in development only: it shows the code

    @cherrypy.expose
    def index(self):
        return self.sentence(1000)

    def sentence(self, words):
        return " ".join("tea" for _ in range(words))
