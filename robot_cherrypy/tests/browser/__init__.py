"""Tests of `robot_cherrypy.browser`."""
