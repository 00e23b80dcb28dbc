"""A script as in CherryPy's tutorials, which mounts and starts its application when imported."""

import cherrypy


class Root:
    """The script's only page."""

    @cherrypy.expose
    def index(self) -> str:
        """Return the greeting of the configuration."""
        return f"Started by itself, {cherrypy.request.config.get('greeting')}"


cherrypy.config.update({"server.socket_port": 1, "engine.autoreload.on": True})
cherrypy.quickstart(Root(), "/", {"/": {"greeting": "hello"}})
