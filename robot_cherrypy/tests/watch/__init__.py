"""Tests of `robot-cherrypy watch`."""
