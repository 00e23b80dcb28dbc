"""Measure what recording costs: the throughput of a small page with and without the recorder.

    python benchmarks/recorder_cost.py [threaded|async] [rounds] [seconds]

Needs wrk. Each round measures without the recorder and then with it, and compares the processor
time per request, on which other load has less influence than on requests per second. Without the
recorder, the server calls the application directly, and nothing is attached to CherryPy's hooks and
logs.
"""

import contextlib
import re
import statistics
import subprocess
import sys
import time

import cherrypy
from cherrypy._cptree import Tree

from robot_cherrypy.harness import server_thread
from robot_cherrypy.traffic import error_hooks
from robot_cherrypy.traffic.recorder import Recorder

CONNECTIONS = 8


class Hello:
    """One small page."""

    @cherrypy.expose
    def index(self):
        return "hello"


class NoRecorder(Recorder):
    """Records nothing."""

    def wsgi(self, application):
        return application

    def asgi(self, application):
        return application


@contextlib.contextmanager
def served(kind, recorder):
    tree = Tree()
    tree.mount(Hello(), "")
    server = server_thread.ServerThread(
        kind, tree, recorder, host="127.0.0.1", port=0, on_end=print
    )
    server.start(5)
    try:
        yield f"http://127.0.0.1:{server.port}/"
    finally:
        server.stop()


def cost(url, seconds):
    before = time.process_time()
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", printed)[1])
    return (time.process_time() - before) / requests * 1e6


def main(kind="threaded", rounds="30", seconds="1"):
    cherrypy.config.update({"log.screen": False, "engine.autoreload.on": False})
    with served(kind, NoRecorder()) as off, served(kind, Recorder()) as on:
        turns = []
        for _ in range(int(rounds) + 1):
            without = cost(off, seconds)
            with error_hooks.installed():
                turns.append((without, cost(on, seconds)))
    del turns[0]  # slower than the others
    without, recorded = (statistics.median(costs) for costs in zip(*turns, strict=True))
    ratios = [without / recorded for without, recorded in turns]
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"{kind}: {without:.0f} us per request, {recorded:.0f} us with the recorder")
    print(f"throughput x {middle:.3f}; half of the rounds between {low:.3f} and {high:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
