"""Imports what nearly every run needs, so that a fork of this process need not.

The libraries that nearly every suite imports are imported as Robot Framework does, so that all that
there is to find out about their keywords is known.

None of it starts a thread, so that such a process may be forked; a test keeps it so.
"""

import contextlib
import gc
import importlib

import robot.run
from robot.libraries.BuiltIn import BuiltIn
from robot.running.librarykeyword import KeywordCreator
from robot.running.testlibraries import TestLibrary
from robotlibcore import KeywordBuilder
from selenium.webdriver.remote import remote_connection
from SeleniumLibrary import SeleniumLibrary

import robot_cherrypy.browser.drivers
import robot_cherrypy.running.arranging
from robot_cherrypy.library import CherryPyLibrary
from robot_cherrypy.patches.library_keywords import remembered_keywords, remembered_specifications
from robot_cherrypy.patches.replacements import Replacements

# Robot Framework imports these only when it runs something.
for module in (
    "robot.libraries.Easter",
    "robot.running.arguments.typeinfoparser",
    "robot.running.suiterunner",
):
    importlib.import_module(module)

with contextlib.suppress(ModuleNotFoundError):  # the extra `async`
    import robot_cherrypy.aio

_REPLACEMENTS = Replacements()
remembered_specifications(_REPLACEMENTS, KeywordBuilder)
remembered_keywords(_REPLACEMENTS, KeywordCreator, (BuiltIn, SeleniumLibrary, CherryPyLibrary))
for library in ("BuiltIn", "SeleniumLibrary", "robot_cherrypy"):
    TestLibrary.from_name(library)

gc.collect()
# A collection in a fork would touch each of these objects, and so copy the memory of this process.
gc.freeze()

__all__ = ["remote_connection", "robot", "robot_cherrypy"]
