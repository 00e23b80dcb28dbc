"""`python -m robot_cherrypy` is the `robot-cherrypy` command."""

import sys

from robot_cherrypy.command import main

sys.exit(main())
