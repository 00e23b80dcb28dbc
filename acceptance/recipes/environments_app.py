"""One application, and a file of settings for each place where it runs."""

import os

import cherrypy

DEFAULTS = {
    "/": {"tools.gzip.on": True},
    "shop": {"currency": "euros", "mail": "smtp.shop.example"},
}


class Shop:
    @cherrypy.expose
    def index(self):
        settings = cherrypy.request.app.config["shop"]
        return f"All prices in {settings['currency']}, mail by {settings['mail']}."


def application():
    shop = cherrypy.Application(Shop(), "", DEFAULTS)
    if file := os.environ.get("SHOP_SETTINGS"):
        shop.merge(file)  # entries of the file win, section by section
    return shop
