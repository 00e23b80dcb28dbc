"""The configuration of this package as a Django application."""

from django.apps import AppConfig


class HostingConfig(AppConfig):  # type: ignore[misc]
    """Registers the management command `cherrypy`."""

    name = "robot_cherrypy.hosting.django"
    label = "robot_cherrypy_hosting"
    verbose_name = "CherryPy"
