"""A page that a client may ask for only so often."""

import threading
import time
from collections import Counter

import cherrypy


class TooManyRequestsError(cherrypy.HTTPError):
    def __init__(self, seconds):
        super().__init__(429, f"Please try again in {seconds} s.")
        self.seconds = seconds

    def set_response(self):
        super().set_response()  # it removes the header from an error
        cherrypy.response.headers["Retry-After"] = str(self.seconds)


class Limit:
    """Counts the requests of each client, anew in each window of time."""

    def __init__(self):
        self.lock = threading.Lock()
        self.ends = 0.0
        self.counts = Counter()

    def __call__(self, requests, seconds):
        with self.lock:
            now = time.time()
            if now >= self.ends:
                self.ends, self.counts = now + seconds, Counter()
            client = cherrypy.request.remote.ip
            self.counts[client] += 1
            if self.counts[client] > requests:
                raise TooManyRequestsError(int(self.ends - now) + 1)


cherrypy.tools.limit_logins = cherrypy.Tool("before_request_body", Limit())


class Site:
    @cherrypy.expose
    @cherrypy.tools.limit_logins(requests=3, seconds=60)
    def login(self):
        return "Your name?"
