"""A job that runs again and again while the server runs."""

import cherrypy
from cherrypy.process.plugins import Monitor


class Prices:
    frequency = 0.05  # seconds; in an application: minutes

    def __init__(self):
        self.fetched = 0

    def fetch(self):
        try:
            self.fetched += 1  # in an application: what may fail
        except Exception:  # noqa: BLE001 - an error would end the job for good
            cherrypy.log("Prices are old.", traceback=True)

    @cherrypy.expose
    def index(self):
        return f"fetched {self.fetched}"


def application():
    prices = Prices()
    Monitor(cherrypy.engine, prices.fetch, prices.frequency, name="Prices").subscribe()
    return cherrypy.Application(prices)
