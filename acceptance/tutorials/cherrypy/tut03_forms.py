from html import escape

import cherrypy

FORM = """
<form method="post" action="/add">
  <label for="title">Title</label> <input id="title" name="title" required>
  <label for="author">Author</label> <input id="author" name="author" required>
  <button>Add</button>
</form>
"""


def page(title, content):
    return f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<h1>{title}</h1>
{content}
</html>"""


class Books:
    def __init__(self):
        self.books = [("Emma", "Jane Austen"), ("Dracula", "Bram Stoker")]

    @cherrypy.expose
    def index(self, author=""):
        items = "".join(
            f'<li><a href="/book/{number}">{escape(title)}</a>'
            for number, (title, writer) in enumerate(self.books)
            if author in writer
        )
        return page("Books", f"<ul>{items}</ul>{FORM}")

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


if __name__ == "__main__":
    cherrypy.quickstart(Books())
