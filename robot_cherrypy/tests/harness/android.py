"""Serves a page in an interpreter that lacks the modules and functions that Android lacks.

Run by `test_android` as a child process.

PEP 738 and Python's documentation ("Using Python on Android", and the modules marked "Availability:
not Android"): no `multiprocessing`, no POSIX shared memory, no `fork`. An app's Python may well run
off the main thread, where signals cannot be handled.
"""

import importlib.abc
import os
import sys
import threading
import urllib.request

ABSENT = {
    *("_multiprocessing", "_posixshmem", "multiprocessing"),
    *("grp", "spwd", "readline", "curses", "tkinter"),
}


class Absent(importlib.abc.MetaPathFinder):
    """Lets the import of absent modules fail."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def become_android():
    """Remove what Android lacks, also the modules that have been imported before."""
    sys.meta_path.insert(0, Absent())
    for name in [name for name in sys.modules if name.partition(".")[0] in ABSENT]:
        del sys.modules[name]
    for name in ("fork", "forkpty", "register_at_fork", "posix_spawn", "sem_unlink"):
        if hasattr(os, name):
            delattr(os, name)


def serve(kind):
    """Serve a page with the harness, and read it."""
    from robot_cherrypy.harness.in_process import InProcessServer
    from robot_cherrypy.harness.server import Launch

    launch = Launch(
        application="sample_app.whereami:WhereAmI",
        alias="phone",
        kind=kind,
        configuration={},
    )
    server = InProcessServer(launch)
    server.start()
    with urllib.request.urlopen(server.url, timeout=20) as page:
        print(kind, page.status, b"Where am I?" in page.read())
    server.stop()


def serve_by_engine(kind):
    """Serve a page with CherryPy's engine, as an app does, and read it."""
    import cherrypy

    from sample_app.whereami import WhereAmI

    if kind == "async":
        from robot_cherrypy import aio

        aio.install()
    cherrypy.tree.mount(WhereAmI())
    settings = {"server.socket_port": int(sys.argv[1]), "engine.autoreload.on": False}
    cherrypy.config.update({**settings, "log.screen": False})
    cherrypy.engine.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/", timeout=20) as page:
        print(f"{kind} engine", page.status, b"Where am I?" in page.read())
    cherrypy.engine.exit()


def run():
    """Serve with both servers. An exception is printed, as that of any thread."""
    serve("threaded")
    serve("async")
    serve_by_engine(sys.argv[2])


if __name__ == "__main__":
    become_android()
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
