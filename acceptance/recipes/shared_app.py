"""Something that is loaded once, and that all requests share."""

import cherrypy
from cherrypy.process.plugins import SimplePlugin


class Dictionary(SimplePlugin):
    """Answers on the channel `translate`."""

    def start(self):
        self.words = {"tea": "Tee", "book": "Buch"}  # in an application: from a file
        self.bus.subscribe("translate", self.translate)

    start.priority = 60  # before the server, which has 75: no request comes too early

    def stop(self):
        self.bus.unsubscribe("translate", self.translate)

    def translate(self, word):
        return self.words.get(word)


class Pages:
    @cherrypy.expose
    def word(self, word):
        [translated] = cherrypy.engine.publish("translate", word)
        if translated is None:
            raise cherrypy.HTTPError(404, "Nobody knows this word.")
        return translated


def application():
    Dictionary(cherrypy.engine).subscribe()
    return cherrypy.Application(Pages())
