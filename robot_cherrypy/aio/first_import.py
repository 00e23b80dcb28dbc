"""The first import of uvicorn, also where Python has no `multiprocessing`."""

from robot_cherrypy.patches.multiprocessing_stand_in import multiprocessing_stand_in
from robot_cherrypy.patches.replacements import active

with active(multiprocessing_stand_in):
    import uvicorn  # noqa: F401 - it is in `sys.modules` from now on
