"""What recording costs: throughput of a small page with and without the recorder, taking turns.

    python benchmarks/recorder_cost.py [threaded|async] [rounds] [seconds]

needs wrk. Prints for each run the processor time of this process for a request, in microseconds,
which a busy machine disturbs less than requests a second, and the ratio of the medians. Without
the recorder, nothing is between server and application, or attached to CherryPy's hooks and log.
"""

import contextlib
import re
import statistics
import subprocess
import sys
import time

import cherrypy
from cherrypy._cptree import Tree

from robot_cherrypy.harness import listening
from robot_cherrypy.traffic import capture
from robot_cherrypy.traffic.recorder import Recorder

CONNECTIONS = 8


class Hello:
    """One small page."""

    @cherrypy.expose
    def index(self):
        return "hello"


class Off(Recorder):
    """Leaves the application as it is."""

    def wsgi(self, application):
        return application

    def asgi(self, application):
        return application


@contextlib.contextmanager
def served(kind, recorder):
    tree = Tree()
    tree.mount(Hello(), "")
    on = contextlib.nullcontext() if isinstance(recorder, Off) else capture.installed()
    with on:
        server = listening.Listening(kind, tree, recorder, host="127.0.0.1", port=0, on_exit=print)
        server.open(5)
        try:
            yield f"http://127.0.0.1:{server.port}/"
        finally:
            server.close()


def cost(url, seconds):
    before = time.process_time()
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", printed)[1])
    return (time.process_time() - before) / requests * 1e6


def main(kind="threaded", rounds="7", seconds="3"):
    cherrypy.config.update({"log.screen": False, "engine.autoreload.on": False})
    results = {"off": [], "on": []}
    for _ in range(int(rounds)):
        for name, recorder in (("off", Off()), ("on", Recorder())):
            with served(kind, recorder) as url:
                cost(url, 1)
                results[name].append(cost(url, int(seconds)))
    for name, figures in results.items():
        print(name, " ".join(f"{one:.0f}" for one in figures))
    off, on = (statistics.median(results[name]) for name in ("off", "on"))
    print(
        f"{kind}: {off:.0f} us a request, {on:.0f} with the recorder: throughput x {off / on:.3f}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
