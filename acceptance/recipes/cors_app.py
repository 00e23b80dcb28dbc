"""An API that scripts of another site may use."""

import cherrypy

ORIGINS = {"https://shop.example"}


@cherrypy.tools.register("before_handler", priority=10)
def cors(methods="GET, HEAD, POST", headers="Content-Type"):
    request, response = cherrypy.request, cherrypy.response
    response.headers["Vary"] = "Origin"
    origin = request.headers.get("Origin")
    if origin not in ORIGINS:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = methods
        response.headers["Access-Control-Allow-Headers"] = headers
        response.headers["Access-Control-Max-Age"] = "600"
        response.status = 204
        request.handler = None  # the browser asks first, and no page is called for that


@cherrypy.expose
class Prices:
    def GET(self):
        return {"assam": 4.80}


CONFIG = {
    "request.dispatch": cherrypy.dispatch.MethodDispatcher(),
    "tools.cors.on": True,
    "tools.json_out.on": True,
}


def application():
    return cherrypy.Application(Prices(), "", {"/": CONFIG})
