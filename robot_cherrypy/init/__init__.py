"""`robot-cherrypy init`: begins acceptance tests for a project."""
