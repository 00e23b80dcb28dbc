"""Work that takes long: the visitor gets a page to look at, and a thread does the work."""

import concurrent.futures
import itertools

import cherrypy
from cherrypy.process.plugins import SimplePlugin


class Workers(SimplePlugin):
    """Threads that start and stop with the server."""

    def start(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(max_workers=2)

    def stop(self):
        self.pool.shutdown(cancel_futures=True)  # waits for work that has begun


def report(words):
    return f"{len(words.split())} words"  # in an application: what takes long


class Reports:
    def __init__(self, workers):
        self.workers = workers
        self.numbers = itertools.count(1)
        self.jobs = {}

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def order(self, words):
        number = next(self.numbers)
        self.jobs[str(number)] = self.workers.pool.submit(report, words)
        raise cherrypy.HTTPRedirect(f"/report/{number}")

    @cherrypy.expose
    def report(self, number):
        if number not in self.jobs:
            raise cherrypy.NotFound
        if not self.jobs[number].done():
            cherrypy.response.status = 202
            cherrypy.response.headers["Refresh"] = "1"  # the browser asks again
            return "Please wait."
        return self.jobs[number].result()  # raises what the work has raised


def application():
    workers = Workers(cherrypy.engine)
    workers.subscribe()
    return cherrypy.Application(Reports(workers))
