import os
import queue
import sqlite3
import threading
from contextlib import closing
from html import escape
from pathlib import Path

import cherrypy
from cherrypy.process.plugins import SimplePlugin

from robot_cherrypy.websocket import Group, websocket

CONFIG = {
    "/": {
        "tools.sessions.on": True,
        "tools.sessions.httponly": True,
    },
    "/static": {
        "tools.staticdir.on": True,
        "tools.staticdir.dir": str(Path(__file__).with_name("static")),
    },
    "/api": {
        "request.dispatch": cherrypy.dispatch.MethodDispatcher(),
        "tools.json_in.on": True,
        "tools.json_out.on": True,
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
SCRIPT = """
<script>
  const ws = new WebSocket(location.href.replace("http", "ws") + "news");
  ws.onopen = () => document.querySelector("h1").title = "connected";
  ws.onmessage = ({data}) => {
    const item = document.createElement("li");
    item.textContent = data;
    document.querySelector("ul").append(item);
  };
</script>
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


class Shelf:
    """The books, in a file. Each request opens it for itself, so that threads share nothing."""

    def __init__(self, file):
        self.file = file
        with closing(self.open()) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS books (title TEXT, author TEXT)")

    def open(self):
        return sqlite3.connect(self.file)

    def find(self, author=""):
        with closing(self.open()) as database:
            query = "SELECT rowid, title, author FROM books WHERE instr(author, ?) ORDER BY rowid"
            return database.execute(query, [author]).fetchall()

    def get(self, number):
        with closing(self.open()) as database:
            query = "SELECT title, author FROM books WHERE rowid = ?"
            return database.execute(query, [number]).fetchone()

    def add(self, title, author):
        with closing(self.open()) as database, database:
            row = database.execute("INSERT INTO books VALUES (?, ?)", [title, author])
            return row.lastrowid


class Counter(SimplePlugin):
    """Counts the words of new books on a thread of its own: nobody waits for it."""

    def __init__(self, bus):
        super().__init__(bus)
        self.titles = queue.Queue()
        self.words = 0

    def start(self):
        self.bus.subscribe("book_added", self.titles.put)
        self.thread = threading.Thread(target=self.run, name="counter")
        self.thread.start()

    def stop(self):
        self.bus.unsubscribe("book_added", self.titles.put)
        self.titles.put(None)
        self.thread.join()

    def run(self):
        while (title := self.titles.get()) is not None:
            self.words += len(title.split())


@cherrypy.expose
class Api:
    def __init__(self, shelf):
        self.shelf = shelf

    def GET(self):
        return [{"title": title, "author": author} for _, title, author in self.shelf.find()]

    def POST(self):
        book = cherrypy.request.json
        cherrypy.response.status = 201
        return {"number": self.shelf.add(book["title"], book["author"])}


class Books:
    def __init__(self, shelf, counter):
        self.shelf = shelf
        self.counter = counter
        self.readers = Group()
        self.api = Api(shelf)

    @cherrypy.expose
    def index(self, author=""):
        name = cherrypy.session.get("name")
        if name is None:
            return page("Books", NAME_FORM)
        items = "".join(
            f'<li><a href="/book/{number}">{escape(title)}</a>'
            for number, title, _ in self.shelf.find(author)
        )
        return page("Books", f"<p>Hello, {escape(name)}!<ul>{items}</ul>{FORM}{SCRIPT}")

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def enter(self, name):
        cherrypy.session.regenerate()
        cherrypy.session["name"] = name
        raise cherrypy.HTTPRedirect("/")

    @cherrypy.expose
    def book(self, number):
        found = self.shelf.get(number)
        if found is None:
            raise cherrypy.HTTPError(404, "There is no such book.")
        title, author = found
        return page(escape(title), f"<p>by {escape(author)}")

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def add(self, title, author):
        self.shelf.add(title, author)
        cherrypy.engine.publish("book_added", title)
        self.readers.broadcast(title)
        raise cherrypy.HTTPRedirect("/")

    @cherrypy.expose
    def words(self):
        return page("Words", f"<p>{self.counter.words} words in new titles")

    @cherrypy.expose
    @websocket
    async def news(self, ws):
        await ws.accept()
        with self.readers.joined(ws):
            async for _ in ws:  # a page says nothing; this ends when it is left
                pass


def application():
    counter = Counter(cherrypy.engine)
    counter.subscribe()
    return cherrypy.Application(
        Books(Shelf(os.environ.get("BOOKS", "books.db")), counter), "", CONFIG
    )


if __name__ == "__main__":
    cherrypy.quickstart(application())
