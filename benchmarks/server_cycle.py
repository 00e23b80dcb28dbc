"""How long a server takes to start until its first answer, and to stop.

Run by `python benchmarks/server_cycle.py`. CherryPy as it is shipped and both servers of the
harness are started and stopped alternately in one process each. Prints medians in milliseconds, and
ratios to CherryPy as shipped.
"""

import statistics
import subprocess
import sys

CYCLES = 30

SHIPPED = """
import time, urllib.request, cherrypy
from sample_app.plain import Pages
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
how = Launch(application="sample_app.plain:Pages", alias="pages", kind="{kind}", configuration={{}})
def start():
    global server
    server = InProcessServer(how)
    server.start()
    return server.url
def stop():
    server.stop()
"""
MEASURE = """
start(); stop()  # imports
while True:
    before = time.perf_counter()
    url = start()
    urllib.request.urlopen(url).read()
    answered = time.perf_counter()
    stop()
    print(answered - before, time.perf_counter() - answered, flush=True)
    if not input():
        break
"""


def main():
    """Measure and print."""
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
            f"{name:20} start to first answer {start:6.1f} ms ({start / shipped[0]:.2f}), "
            f"stop {stop:6.1f} ms ({stop / shipped[1]:.2f})"
        )


if __name__ == "__main__":
    main()
