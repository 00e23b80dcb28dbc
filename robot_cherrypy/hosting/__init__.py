"""WSGI and ASGI applications, and Django projects, on a CherryPy tree and its bus."""

from robot_cherrypy.hosting.mounting import Mounted, mount
from robot_cherrypy.hosting.recognising import kind_of

__all__ = ["Mounted", "kind_of", "mount"]
