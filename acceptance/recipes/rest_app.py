"""A REST API: one method for each HTTP method."""

import itertools

import cherrypy


@cherrypy.expose
class Books:
    def __init__(self):
        self.numbers = itertools.count(1)
        self.books = {}

    def GET(self, number=None):
        return list(self.books.values()) if number is None else self.books[self.known(number)]

    def POST(self):
        number = next(self.numbers)
        self.books[number] = {"title": cherrypy.request.json["title"]}
        cherrypy.response.status = 201
        cherrypy.response.headers["Location"] = cherrypy.url(f"/books/{number}")
        return self.books[number]

    def PUT(self, number):
        self.books[self.known(number)] = {"title": cherrypy.request.json["title"]}
        return self.books[int(number)]

    def DELETE(self, number):
        del self.books[self.known(number)]
        cherrypy.response.status = 204

    def known(self, number):
        if not number.isdecimal() or int(number) not in self.books:
            raise cherrypy.NotFound
        return int(number)


class Api:
    def __init__(self):
        self.books = Books()


CONFIG = {
    "request.dispatch": cherrypy.dispatch.MethodDispatcher(),
    "tools.json_in.on": True,
    "tools.json_out.on": True,
}


def application():
    return cherrypy.Application(Api(), "", {"/": CONFIG})
