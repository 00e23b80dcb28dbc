import os
from html import escape

import cherrypy
import psycopg

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
    def __init__(self, url):
        self.url = url

    def open(self):
        return psycopg.connect(self.url)

    def make_table(self):
        with self.open() as database:
            database.execute("CREATE TABLE IF NOT EXISTS entries (number serial, text text)")

    def read(self):
        with self.open() as database:
            rows = database.execute("SELECT text FROM entries ORDER BY number")
            return [text for (text,) in rows]

    def write(self, text):
        with self.open() as database:
            database.execute("INSERT INTO entries (text) VALUES (%s)", [text])


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

    @cherrypy.expose
    def health(self):
        return "I am here."


def application():
    return cherrypy.Application(Book(Entries(os.environ["BOOK"])), "")


if __name__ == "__main__":
    Entries(os.environ["BOOK"]).make_table()
