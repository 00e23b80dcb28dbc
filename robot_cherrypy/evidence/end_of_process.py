"""A warning of what keeps Robot from ending after the last test."""

from robot_cherrypy.evidence import logger
from robot_cherrypy.stacks import lasting_threads

# How long the threads of applications may take to end after their servers have stopped, in seconds.
# Those that were told to end do so at once; the run waits for the others anyway.
_PATIENCE = 1.0


def warn_of_lasting_threads() -> None:
    """Name threads that are no daemons and still run: Python waits for them without a word."""
    for title, text in lasting_threads(_PATIENCE):
        logger.warn(f"{title} is no daemon, and the run ends only when it does:\n{text.rstrip()}")
