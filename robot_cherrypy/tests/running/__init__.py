"""Tests of `robot-cherrypy run`."""
