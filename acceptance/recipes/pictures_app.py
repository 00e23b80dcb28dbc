"""A page whose colours matter."""

import cherrypy


class Flags:
    @cherrypy.expose
    def default(self, colour="teal"):
        return (
            f"<!DOCTYPE html><html lang='en'><title>Flag</title><body style='background: {colour}'>"
        )
