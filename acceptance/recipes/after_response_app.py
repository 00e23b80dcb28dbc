"""Work that is done when the visitor has the response already."""

import cherrypy


class Orders:
    def __init__(self):
        self.sent = []

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def order(self, tea):
        cherrypy.request.hooks.attach("on_end_request", lambda: self.sent.append(tea))
        return "Thank you."

    @cherrypy.expose
    def index(self):
        return f"Sent: {', '.join(self.sent)}"
