"""Numbers of CherryPy's own server that servers and applications here have to agree with."""

# Priorities of CherryPy's own server among the start and stop listeners of the bus; low ones are
# called first (`cherrypy/_cpserver.py` and `cherrypy/process/servers.py`, 18.10).
SERVER_START = 75
SERVER_STOP = 25

# Priorities of what has to be started after the server, because the server's kind decides on which
# event loop it runs, and to be stopped after it, when no request is left. There is nothing special
# about 5: it leaves room for a listener in between.
AFTER_SERVER_START = 80
AFTER_SERVER_STOP = 30
BEFORE_SERVER_STOP = 20

# How often cheroot looks for connections that have expired, in seconds. Stopping the server takes
# as long, because cheroot waits for its next look (`cheroot/connections.py`). As shipped, it is
# half a second, which a suite that restarts its server for each test would spend for each test.
EXPIRATION_INTERVAL = 0.02
