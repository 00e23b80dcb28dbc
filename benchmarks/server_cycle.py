"""Measure the time from a server's start to its first response, and the time of its stop.

    python benchmarks/server_cycle.py

CherryPy's server as shipped and both servers of the harness are started and stopped alternately,
each in its own process. Prints medians in milliseconds, and ratios to CherryPy as shipped.
"""

import statistics
import subprocess
import sys

CYCLES = 30

SHIPPED = """
import time, urllib.request, cherrypy
from sample_app.kinds import Pages
cherrypy.config.update({"environment": "embedded", "server.socket_port": 0})
cherrypy.config.update({"server.socket_host": "127.0.0.1"})
cherrypy.tree.mount(Pages())
def start():
    cherrypy.server.httpserver = None
    cherrypy.server.socket_port = 0
    cherrypy.engine.start()
    return "http://%s:%s/" % cherrypy.server.bound_addr
stop = cherrypy.engine.stop
"""
HARNESS = """
import time, urllib.request
from robot_cherrypy.harness.in_process import InProcessServer
from robot_cherrypy.harness.server import Launch
launch = Launch(
    application="sample_app.kinds:Pages", alias="pages", kind="{kind}", configuration={{}}
)
def start():
    global server
    server = InProcessServer(launch)
    server.start()
    return server.url
def stop():
    server.stop()
"""
MEASURE = """
start(); stop()  # the first time, modules are imported
while True:
    before = time.perf_counter()
    url = start()
    urllib.request.urlopen(url).read()
    responded = time.perf_counter()
    stop()
    print(responded - before, time.perf_counter() - responded, flush=True)
    if not input():
        break
"""


def main():
    """Measure, and print the results."""
    scripts = {
        "CherryPy as shipped": SHIPPED,
        "threaded": HARNESS.format(kind="threaded"),
        "async": HARNESS.format(kind="async"),
    }
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-c", script + MEASURE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for name, script in scripts.items()
    }
    times = {name: [] for name in scripts}
    for cycle in range(CYCLES):
        for name, process in processes.items():
            times[name].append([float(value) for value in process.stdout.readline().split()])
            process.stdin.write("\n" if cycle == CYCLES - 1 else "again\n")
            process.stdin.flush()
    for process in processes.values():
        process.communicate()
    report(times)


def report(times):
    """Print medians, and ratios to CherryPy as shipped."""
    medians = {
        name: [1000 * statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in times.items()
    }
    shipped = medians["CherryPy as shipped"]
    print(f"medians of {CYCLES} alternating cycles")
    for name, (start, stop) in medians.items():
        print(
            f"{name:20} start to first response {start:6.1f} ms ({start / shipped[0]:.2f}), "
            f"stop {stop:6.1f} ms ({stop / shipped[1]:.2f})"
        )


if __name__ == "__main__":
    main()
