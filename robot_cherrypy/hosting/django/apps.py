"""What Django has to know of this package as one of its applications."""

from django.apps import AppConfig


class HostingConfig(AppConfig):  # type: ignore[misc]
    """Brings the management command `cherrypy`."""

    name = "robot_cherrypy.hosting.django"
    label = "robot_cherrypy_hosting"
    verbose_name = "CherryPy"
