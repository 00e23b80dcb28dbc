"""A tool: what many pages have in common, switched on by configuration."""

import cherrypy


@cherrypy.tools.register("before_finalize", priority=60)
def security_headers(policy="default-src 'self'"):
    headers = cherrypy.response.headers
    headers["Content-Security-Policy"] = policy
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    if cherrypy.request.scheme == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"


class Pages:
    _cp_config = {"tools.security_headers.on": True}

    @cherrypy.expose
    def index(self):
        return "strict"

    @cherrypy.expose
    @cherrypy.tools.security_headers(policy="default-src 'self' https://maps.example")
    def map(self):
        return "with a map"

    @cherrypy.expose
    @cherrypy.config(**{"tools.security_headers.on": False})
    def free(self):
        return "without"
