"""Error pages of one's own, for people and for programs."""

import json
from html import escape

import cherrypy


def error_page(status, message, **_):  # also given: traceback and version
    return (
        f"<!DOCTYPE html><html lang='en'><title>{escape(status)}</title>"
        f"<h1>Sorry</h1><p>{escape(message)} <a href='/'>Front page</a>"
    )


def error_document(status, message, **_):
    cherrypy.response.headers["Content-Type"] = "application/problem+json"
    return json.dumps({"status": int(status[:3]), "detail": message})


class Api:
    _cp_config = {"error_page.default": error_document}

    @cherrypy.expose
    def price(self, tea):
        raise cherrypy.HTTPError(404, f"There is no {tea}.")


class Shop:
    _cp_config = {"error_page.default": error_page, "request.show_tracebacks": False}

    def __init__(self):
        self.api = Api()

    @cherrypy.expose
    def broken(self):
        return 1 / 0
