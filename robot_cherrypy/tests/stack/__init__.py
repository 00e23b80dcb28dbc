"""Tests of `robot_cherrypy.stack`."""
