"""The asyncio server, as `ServerThread` runs it. Importing it needs the extra `async`."""

from collections.abc import Collection

from cherrypy._cpserver import Server as ServerSettings
from cherrypy._cptree import Tree

from robot_cherrypy import aio
from robot_cherrypy.errors import ApplicationError
from robot_cherrypy.traffic.recorder import Recorder

# How long some turns of an event loop may take, in seconds. A blocked one must delay no test much.
_TURNS_TIMEOUT = 0.1


class AsyncBackend(aio.HTTPServer):
    """The asyncio server with a recorder around the applications of a tree."""

    def __init__(self, settings: ServerSettings, tree: Tree, recorder: Recorder) -> None:
        super().__init__(settings, recorder.asgi(aio.application(tree)))
        self.shutdown_error: ApplicationError | None = None

    def busy_threads(self) -> Collection[int]:
        """See `server_thread._Backend.busy_threads`."""
        return self.busy_workers()

    def catch_up(self) -> None:
        """See `server_thread._Backend.catch_up`."""
        self.wait_for_turns(_TURNS_TIMEOUT)

    def cut(self) -> None:
        """See `server_thread._Backend.cut`."""
        self.cut_requests()

    def shutdown_failed(self, error: ApplicationError) -> None:
        """Keep the error for who stops the server."""
        self.shutdown_error = error

    def release_idle(self) -> None:
        """Do nothing: the asyncio server closes idle connections itself when it stops."""
