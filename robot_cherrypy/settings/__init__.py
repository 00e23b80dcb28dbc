"""The settings of `cherrypy.server`, read and checked before a server starts with them."""
