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


class Book:
    def __init__(self):
        self.entries = []

    @cherrypy.expose
    def index(self):
        return PAGE.format(entries="".join(f"<li>{escape(text)}" for text in self.entries))

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def write(self, text):
        self.entries.append(text)
        raise cherrypy.HTTPRedirect("/")


def application():
    return cherrypy.Application(Book(), "")


if __name__ == "__main__":
    cherrypy.quickstart(application())
