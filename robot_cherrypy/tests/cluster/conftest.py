"""The images are those of tests/deploy, built in the same way."""

from robot_cherrypy.tests.deploy.conftest import base, deploy, stack_images, wheels

__all__ = ["base", "deploy", "stack_images", "wheels"]
