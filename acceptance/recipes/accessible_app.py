"""A form that everybody can use, and one that some cannot."""

import cherrypy

PAGE = "<!DOCTYPE html><html lang='en'><title>Search</title><main><h1>Search</h1>{}</main>"


class Search:
    @cherrypy.expose
    def index(self):
        return PAGE.format("<label>Word <input name='word'></label>")

    @cherrypy.expose
    def unlabelled(self):
        return PAGE.format("<input name='word'>")
