"""A long response that is sent while it is made."""

import cherrypy


class Numbers:
    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def index(self, last=5):
        cherrypy.response.headers["Content-Type"] = "text/plain"

        def lines():
            for number in range(1, int(last) + 1):
                yield f"{number}\n"

        return lines()
