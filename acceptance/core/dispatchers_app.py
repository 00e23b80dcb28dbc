"""Three ways from a URL to a page handler, and one of one's own."""

import cherrypy


class Pages:
    """The default: the path leads along attributes, and what is left becomes arguments."""

    @cherrypy.expose
    def year(self, number, month="all"):
        return f"{number} {month}"

    @cherrypy.expose
    def default(self, *path):
        return f"nothing else fits: {'/'.join(path)}"


@cherrypy.popargs("number")
class Order:
    """Segments of the path become arguments of all pages below."""

    @cherrypy.expose
    def index(self, number):
        return f"order {number}"

    @cherrypy.expose
    def items(self, number):
        return f"items of {number}"


@cherrypy.expose
class Resource:
    """MethodDispatcher: one method for each HTTP method."""

    def GET(self):
        return "read"

    def PUT(self):
        return "written"


class ByLanguage(cherrypy.dispatch.Dispatcher):
    """A dispatcher of one's own: /de/year/2030 is the page /year/2030 in another language."""

    def __call__(self, path):
        language, _, rest = path.lstrip("/").partition("/")
        cherrypy.request.language = language
        return super().__call__(f"/{rest}")


class Greeting:
    @cherrypy.expose
    def hello(self):
        return {"de": "Guten Tag", "no": "God dag"}.get(cherrypy.request.language, "Hello")


def application():
    pages = Pages()
    pages.order = Order()
    pages.resource = Resource()
    config = {
        "/resource": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()},
    }
    return cherrypy.Application(pages, "", config)


def by_language():
    config = {"/": {"request.dispatch": ByLanguage()}}
    return cherrypy.Application(Greeting(), "", config)
