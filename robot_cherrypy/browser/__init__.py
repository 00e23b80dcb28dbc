"""Finds, installs and opens a headless browser."""

from robot_cherrypy.browser.finding import Browser, find
from robot_cherrypy.browser.opening import service, start, start_in_background
from robot_cherrypy.browser.remote import connect
from robot_cherrypy.browser.settings import Settings, options

__all__ = [
    "Browser",
    "Settings",
    "connect",
    "find",
    "options",
    "service",
    "start",
    "start_in_background",
]
