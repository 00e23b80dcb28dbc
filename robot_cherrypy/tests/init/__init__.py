"""Tests of `robot-cherrypy init`."""
