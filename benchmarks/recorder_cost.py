"""What recording costs: throughput of a small page with and without the recorder, taking turns.

    python benchmarks/recorder_cost.py [threaded|async] [rounds] [seconds]

needs wrk. Compares the processor time of this process for a request, which a busy machine disturbs
less than requests a second, between turns next to each other. Without the recorder, nothing is
between server and application, or attached to CherryPy's hooks and log.
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


def main(kind="threaded", rounds="30", seconds="1"):
    cherrypy.config.update({"log.screen": False, "engine.autoreload.on": False})
    with served(kind, Off()) as off, served(kind, Recorder()) as on:
        turns = []
        for _ in range(int(rounds) + 1):
            without = cost(off, seconds)
            with capture.installed():
                turns.append((without, cost(on, seconds)))
    del turns[0]  # to get warm
    without, recorded = (statistics.median(one) for one in zip(*turns, strict=True))
    ratios = [without / recorded for without, recorded in turns]
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"{kind}: {without:.0f} us a request, {recorded:.0f} with the recorder")
    print(f"throughput x {middle:.3f}; half of the turns between {low:.3f} and {high:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
