"""A Django project on a CherryPy tree: WSGI on a threaded server, ASGI on an asyncio server.

It is a Django application, too: with `robot_cherrypy.hosting.django` among `INSTALLED_APPS`,
`python manage.py cherrypy` serves the project.
"""

from robot_cherrypy.hosting.django.project import is_project, locate, mount

__all__ = ["is_project", "locate", "mount"]
