"""Imports uvicorn, before anybody else here does."""

from robot_cherrypy.patches.absent_multiprocessing import importable_without

with importable_without():
    import uvicorn

__all__ = ["uvicorn"]
