"""A folder that is deleted when this process ends, however it ends."""

from robot_cherrypy.processes.guard import Guard

# Says that the guard has made the folder, and does nothing until the guard ends it.
_WAIT = ("/bin/sh", "-c", "echo; while :; do sleep 86400; done")


class TemporaryFolder:
    """A folder of this process."""

    def __init__(self) -> None:
        """Make the folder."""
        self._guard = Guard(_WAIT)
        assert self._guard.process.stdout
        self._guard.process.stdout.read(1)
        self.path = self._guard.folder

    def delete(self) -> None:
        """Delete the folder with all that is in it."""
        self._guard.stop()
