"""A shop: the least that is an application."""

import cherrypy


class Shop:
    """The pages."""

    @cherrypy.expose
    def index(self) -> str:
        """Say that the shop is open."""
        return "<!DOCTYPE html><title>Shop</title><p>Open all day"


cherrypy.tree.mount(Shop(), "/")
