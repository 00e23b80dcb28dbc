"""A log of one's own in a file that does not grow for ever."""

import logging
import logging.handlers
import os

import cherrypy
from cherrypy._cplogging import logfmt


class Shop:
    @cherrypy.expose
    def order(self, tea):
        cherrypy.request.app.log(f"{tea} was ordered", context="SHOP")
        return "Thank you."


def application():
    shop = cherrypy.Application(Shop())
    file = os.environ["SHOP_LOG"]
    handler = logging.handlers.RotatingFileHandler(file, maxBytes=10_000_000, backupCount=5)
    handler.setFormatter(logfmt)
    shop.log.error_log.addHandler(handler)  # what the application logs, and errors
    shop.log.access_log.addHandler(handler)  # a line for each request
    return shop
