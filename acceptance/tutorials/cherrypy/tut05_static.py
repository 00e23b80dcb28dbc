from html import escape
from pathlib import Path

import cherrypy

CONFIG = {
    "/": {
        "tools.sessions.on": True,
        "tools.sessions.httponly": True,
    },
    "/static": {
        "tools.staticdir.on": True,
        "tools.staticdir.dir": str(Path(__file__).with_name("static")),
    },
}
FORM = """
<form method="post" action="/add">
  <label for="title">Title</label> <input id="title" name="title" required>
  <label for="author">Author</label> <input id="author" name="author" required>
  <button>Add</button>
</form>
"""
NAME_FORM = """
<form method="post" action="/enter">
  <label for="name">Your name</label> <input id="name" name="name" required>
  <button>Enter</button>
</form>
"""


def page(title, content):
    return f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="/static/books.css">
<h1>{title}</h1>
{content}
</html>"""


class Books:
    def __init__(self):
        self.books = [("Emma", "Jane Austen"), ("Dracula", "Bram Stoker")]

    @cherrypy.expose
    def index(self, author=""):
        name = cherrypy.session.get("name")
        if name is None:
            return page("Books", NAME_FORM)
        items = "".join(
            f'<li><a href="/book/{number}">{escape(title)}</a>'
            for number, (title, writer) in enumerate(self.books)
            if author in writer
        )
        return page("Books", f"<p>Hello, {escape(name)}!<ul>{items}</ul>{FORM}")

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def enter(self, name):
        cherrypy.session.regenerate()
        cherrypy.session["name"] = name
        raise cherrypy.HTTPRedirect("/")

    @cherrypy.expose
    def book(self, number):
        try:
            title, author = dict(enumerate(self.books))[int(number)]
        except (ValueError, KeyError):
            raise cherrypy.HTTPError(404, "There is no such book.") from None
        return page(escape(title), f"<p>by {escape(author)}")

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def add(self, title, author):
        self.books.append((title, author))
        raise cherrypy.HTTPRedirect("/")


def application():
    return cherrypy.Application(Books(), "", CONFIG)


if __name__ == "__main__":
    cherrypy.quickstart(application())
