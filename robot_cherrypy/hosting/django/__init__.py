"""A Django project on a CherryPy tree: WSGI on a threaded server, ASGI on an asyncio server.

This package is also a Django application: with `robot_cherrypy.hosting.django` in
`INSTALLED_APPS`, `python manage.py cherrypy` serves the project.
"""

from robot_cherrypy.hosting.django.project import mount, set_up

__all__ = ["mount", "set_up"]
