"""WSGI and ASGI applications, and Django projects, on a CherryPy tree and its bus."""

from robot_cherrypy.hosting.mounts import mount

__all__ = ["mount"]
