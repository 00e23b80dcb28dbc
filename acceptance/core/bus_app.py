"""A channel of one's own. Who publishes on it does not know who listens."""

import cherrypy


class Kettle:
    def __init__(self, bus):
        self.bus = bus

    def heat(self):
        self.bus.subscribe("tea", self.pour, priority=10)

    def cool(self):
        self.bus.unsubscribe("tea", self.pour)

    def pour(self, name):
        return f"a cup of {name}"


class Till:
    def __init__(self, bus):
        self.bus = bus

    def open(self):
        self.bus.subscribe("tea", self.charge, priority=20)

    def close(self):
        self.bus.unsubscribe("tea", self.charge)

    def charge(self, name):
        return f"3 coins for {name}"


class Pages:
    @cherrypy.expose
    def index(self, name="assam"):
        return ", ".join(cherrypy.engine.publish("tea", name))


def application():
    till, kettle = Till(cherrypy.engine), Kettle(cherrypy.engine)
    cherrypy.engine.subscribe("start", till.open)
    cherrypy.engine.subscribe("stop", till.close)
    cherrypy.engine.subscribe("start", kettle.heat)
    cherrypy.engine.subscribe("stop", kettle.cool)
    return cherrypy.Application(Pages())
