"""Imports what nearly every run needs, so that a fork of this process need not.

None of it starts a thread, so that such a process may be forked; a test keeps it so.
"""

import contextlib
import gc
import importlib

import robot.run
import SeleniumLibrary
from selenium.webdriver.remote import remote_connection

import robot_cherrypy.browser.drivers
import robot_cherrypy.library

# Robot Framework imports these only when it runs something.
for module in (
    "robot.libraries.Easter",
    "robot.running.arguments.typeinfoparser",
    "robot.running.suiterunner",
):
    importlib.import_module(module)

with contextlib.suppress(ModuleNotFoundError):  # the extra `async`
    import robot_cherrypy.aio

gc.collect()
# A collection in a fork would touch each of these objects, and so copy the memory of this process.
gc.freeze()

__all__ = ["SeleniumLibrary", "remote_connection", "robot", "robot_cherrypy"]
