"""A script in the manner of CherryPy's tutorials, which mounts and starts itself when imported."""

import cherrypy


class Root:
    """The script's only page."""

    @cherrypy.expose
    def index(self) -> str:
        """Answer with what the configuration says."""
        return f"Started by itself, {cherrypy.request.config.get('greeting')}"


cherrypy.config.update({"server.socket_port": 1, "engine.autoreload.on": True})
cherrypy.quickstart(Root(), "/", {"/": {"greeting": "hello"}})
