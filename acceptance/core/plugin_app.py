"""A plugin: what an application has for the whole time that its server runs."""

import cherrypy
from cherrypy.process.plugins import SimplePlugin


class Diary(SimplePlugin):
    """Writes down what happens on the bus. Its methods listen to the channels of their names."""

    def __init__(self, bus):
        super().__init__(bus)
        self.entries = []

    def start(self):
        self.entries.append("start")

    start.priority = 80  # after the server, which has 75; the default is 50

    def before_request(self):
        self.entries.append("before_request")


class Pages:
    def __init__(self, diary):
        self.diary = diary

    @cherrypy.expose
    def index(self):
        return " ".join(self.diary.entries)


def application():
    diary = Diary(cherrypy.engine)
    diary.subscribe()
    return cherrypy.Application(Pages(diary))
