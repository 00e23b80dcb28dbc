"""A page that looks different on a small screen."""

import cherrypy

PAGE = """<!DOCTYPE html><html lang="en"><title>Shop</title>
<meta name="viewport" content="width=device-width">
<style>
  #menu { display: none }
  @media (max-width: 600px) { #menu { display: block } nav { display: none } }
</style>
<button id="menu">Menu</button>
<nav>Tea Coffee</nav>"""


class Shop:
    @cherrypy.expose
    def index(self):
        return PAGE
