"""Finds, installs and opens headless browsers."""

from robot_cherrypy.browser.discovery import Browser
from robot_cherrypy.browser.emulation import ColorScheme, Emulation, check_display
from robot_cherrypy.browser.local import driver_service, find, open_local
from robot_cherrypy.browser.remote import is_remote, open_remote
from robot_cherrypy.browser.settings import Settings, options

__all__ = [
    "Browser",
    "ColorScheme",
    "Emulation",
    "Settings",
    "check_display",
    "driver_service",
    "find",
    "is_remote",
    "open_local",
    "open_remote",
    "options",
]
