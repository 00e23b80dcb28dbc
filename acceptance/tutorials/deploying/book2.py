import os
import sqlite3
from contextlib import closing
from html import escape

import cherrypy

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Guest book</title>
<h1>Guest book</h1>
<ul id="entries">{entries}</ul>
<form method="post" action="/write">
  <label for="text">Your entry</label> <input id="text" name="text" required>
  <button>Write</button>
</form>
</html>"""


class Entries:
    def __init__(self, file):
        self.file = file
        with closing(self.open()) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS entries (text TEXT)")

    def open(self):
        return sqlite3.connect(self.file)

    def read(self):
        with closing(self.open()) as database:
            rows = database.execute("SELECT text FROM entries ORDER BY rowid")
            return [text for (text,) in rows]

    def write(self, text):
        with closing(self.open()) as database, database:
            database.execute("INSERT INTO entries VALUES (?)", [text])


class Book:
    def __init__(self, entries):
        self.entries = entries

    @cherrypy.expose
    def index(self):
        return PAGE.format(entries="".join(f"<li>{escape(text)}" for text in self.entries.read()))

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def write(self, text):
        self.entries.write(text)
        raise cherrypy.HTTPRedirect("/")


def application():
    return cherrypy.Application(Book(Entries(os.environ.get("BOOK", "book.db"))), "")


if __name__ == "__main__":
    cherrypy.quickstart(application())
