"""CherryPy on asyncio: after `install()`, page handlers may be coroutine functions."""

from typing import Any

import cherrypy

from robot_cherrypy.aio import first_import  # noqa: F401 - before what imports uvicorn
from robot_cherrypy.aio.installation import install, uninstall
from robot_cherrypy.aio.request.application import Application
from robot_cherrypy.aio.request.handlers import blocking, inline
from robot_cherrypy.aio.server import HTTPServer
from robot_cherrypy.aio.worker_processes import worker
from robot_cherrypy.aio.worker_processes.figures import WorkerProcess
from robot_cherrypy.aio.worker_processes.parent import serve_by_workers
from robot_cherrypy.aio.worker_processes.worker import read_figures as worker_figures
from robot_cherrypy.settings.worker_count import number_of_workers

__all__ = [
    "HTTPServer",
    "WorkerProcess",
    "application",
    "blocking",
    "inline",
    "install",
    "quickstart",
    "uninstall",
    "worker_figures",
]


def application(tree: Any = None) -> Application:
    """Make an ASGI application of what is mounted on a tree.

    Args:
        tree: A `cherrypy._cptree.Tree`, by default `cherrypy.tree`.

    Returns:
        An ASGI 3 callable for any ASGI server. The engine starts and exits with that server.
    """
    return Application(tree)


def quickstart(root: Any = None, script_name: str = "", config: Any = None) -> None:
    """Mount an application, serve it on asyncio, and block, as `cherrypy.quickstart` does.

    With `server.workers`, worker processes do so that run this program anew.

    Raises:
        SystemExit: No worker process could be started, or there cannot be any.
    """
    install()
    this = worker.current()
    if this is None and config:
        cherrypy._global_conf_alias.update(config)  # noqa: SLF001 - as `cherrypy.quickstart` does
    count = number_of_workers(cherrypy.server)
    if this is None and count > 1:
        if code := serve_by_workers(count, cherrypy.server):
            raise SystemExit(code)
        return
    if this is not None:
        this.join_bus()
    cherrypy.quickstart(root, script_name, config)
