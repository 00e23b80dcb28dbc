"""`robot-cherrypy run`: Robot Framework on several servers, and again for tests that failed."""
