"""A basket with one item in it."""

import cherrypy

PAGE = "<!DOCTYPE html><title>{title}</title><h1>{title}</h1><p id=total>{total} coins</p>"


class Basket:
    """The pages."""

    @cherrypy.expose
    def index(self) -> str:
        """Show the shop."""
        return PAGE.format(title="Shop", total=0)

    @cherrypy.expose
    def basket(self) -> str:
        """Show what is in the basket, with its total."""
        return PAGE.format(title="Basket", total=3 + 4)

    @cherrypy.expose
    def order(self, grams: str) -> str:
        """Thank for an order."""
        return PAGE.format(title="Thank you", total=int(grams) // 10)
