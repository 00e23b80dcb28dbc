"""URLs with values in the middle: /shelves/poetry/books/3"""

import cherrypy


@cherrypy.popargs("number")
class Books:
    @cherrypy.expose
    def index(self, shelf, number=None):
        return f"book {number} of {shelf}" if number else f"books of {shelf}"


@cherrypy.popargs("shelf")
class Shelves:
    def __init__(self):
        self.books = Books()

    @cherrypy.expose
    def index(self, shelf=None):
        return f"shelf {shelf}" if shelf else "all shelves"


class Library:
    def __init__(self):
        self.shelves = Shelves()
