"""Tests of `robot_cherrypy.websocket`."""
