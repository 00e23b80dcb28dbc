import cherrypy


class Books:
    @cherrypy.expose
    def index(self):
        return "<!DOCTYPE html><title>Books</title><h1>Books</h1><p>A shelf for everybody."


if __name__ == "__main__":
    cherrypy.quickstart(Books())
