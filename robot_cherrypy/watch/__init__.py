"""`robot-cherrypy watch`: runs what a saved file touches, and shows the verdict at once."""
