"""Files to download: one from the disk, and one that is made for the visitor."""

import csv
import io
from pathlib import Path

import cherrypy
from cherrypy.lib.static import serve_file, serve_fileobj

BOOKS = [("Emma", "Jane Austen"), ("Middlemarch", "George Eliot")]


class Downloads:
    @cherrypy.expose
    def source(self):
        return serve_file(Path(__file__).resolve(), "text/x-python", "attachment", "source.py")

    @cherrypy.expose
    def books(self):
        text = io.StringIO()
        csv.writer(text).writerows([("title", "author"), *BOOKS])
        file = io.BytesIO(text.getvalue().encode())
        return serve_fileobj(file, "text/csv", disposition="attachment", name="books.csv")

    @cherrypy.expose
    def index(self):
        return (
            "<!DOCTYPE html><html lang='en'><title>Downloads</title>"
            "<a href='/books'>All books</a> <a href='/source'>Source</a>"
        )
