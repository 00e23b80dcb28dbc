"""Measure which part of a stack a request of the notes application costs how much.

    python benchmarks/stack_shares.py [--seconds 5]

Needs PostgreSQL, HAProxy and wrk. HAProxy sends the requests of 16 clients to two instances, as in
production (`robot-cherrypy serve`), which use one database with a hundred notes. Prints, for each
kind of request and each server, the requests a second, and how much processor time each part needs
for a request, which hardly depends on what else runs: the part that needs the most is the first
that a second machine relieves.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
from sqlalchemy import create_engine, text

from robot_cherrypy.stack.haproxy import LoadBalancer
from robot_cherrypy.stack.postgresql import Cluster
from sample_app.notes.database import migrate

ROOT = Path(__file__).parents[1]
SERVERS = {"threaded": "notes", "async": "async_notes"}
NOTES, CLIENTS, TIMEOUT = 100, 16, 60

CONFIGURATION = """\
[/]
notes.database = "{url}"
"""

WRITE = """\
wrk.method = "POST"
wrk.body = '{"title": "Shopping", "text": "milk, bread"}'
wrk.headers["Content-Type"] = "application/json"
"""


def main():
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    seconds = parser.parse_args().seconds
    print(f"{'':33} requests/s   HAProxy  instances  PostgreSQL  (ms of a processor per request)")
    with tempfile.TemporaryDirectory(prefix="stack-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        cluster = Cluster(TIMEOUT)
        cluster.start()
        stack.callback(cluster.stop)
        database = cluster.url.replace("postgresql://", "postgresql+psycopg://")
        migrate(database)
        script = folder / "write.lua"
        script.write_text(WRITE)
        for server in SERVERS:
            with instances(server, folder, cluster.url) as urls:
                named = {str(number): url for number, url in enumerate(urls)}
                balancer = LoadBalancer(named, check="/health", timeout=TIMEOUT)
                balancer.start()
                try:
                    parts = {
                        "HAProxy": [balancer.program.folder],
                        "instances": [folder / server],
                        "PostgreSQL": [cluster.program.folder],
                    }
                    measure(server, balancer.url, database, parts, script, seconds)
                finally:
                    balancer.stop()


@contextlib.contextmanager
def instances(server, folder, database):
    """Run two instances in a folder; yield their URLs."""
    (folder / server).mkdir()
    configuration = folder / "notes.conf"
    configuration.write_text(CONFIGURATION.format(url=database))
    running = []
    try:
        for number in range(2):
            command = [
                *(sys.executable, "-m", "robot_cherrypy", "serve", "--port", "0"),
                *("--server", server, "--config", str(configuration)),
                *("--environment", "production", f"sample_app.notes:{SERVERS[server]}"),
            ]
            log = (folder / f"{server}-{number}.log").open("w")
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            process = subprocess.Popen(
                command, cwd=folder / server, env=environment, stdout=log, stderr=log
            )
            running.append((process, log))
        yield [url_in(log, process) for process, log in running]
    finally:
        for process, _ in running:
            process.terminate()
        for process, log in running:
            process.wait(TIMEOUT)
            log.close()


def url_in(log, process):
    """Return the URL that an instance prints when it is ready."""
    while process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", Path(log.name).read_text()):
            return found[0]
    sys.exit(Path(log.name).read_text())


def measure(server, url, database, parts, script, seconds):
    """Print a line for each kind of request."""
    with create_engine(database).begin() as connection:
        connection.execute(text("TRUNCATE notes RESTART IDENTITY CASCADE"))
    for number in range(NOTES):
        note = {"title": f"Note {number}", "text": "milk, bread"}
        requests.post(f"{url}/api/notes", json=note, timeout=TIMEOUT).raise_for_status()
    kinds = {
        "a static file": (f"{url}/", []),
        "reads a note": (f"{url}/api/notes/1", []),
        "writes a note": (f"{url}/api/notes", ["-s", str(script)]),
    }
    for kind, (address, options) in kinds.items():
        before = {part: processor_time(folders) for part, folders in parts.items()}
        command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", *options, address]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert "Non-2xx" not in printed, printed
        served = int(re.search(r"(\d+) requests in", printed)[1])
        rate = float(re.search(r"Requests/sec: +([\d.]+)", printed)[1])
        costs = (
            (processor_time(folders) - before[part]) / served * 1000
            for part, folders in parts.items()
        )
        print(
            f"{server:9} {kind:22} {rate:11.0f}", *(f"{cost:10.3f}" for cost in costs), flush=True
        )


def processor_time(folders):
    """Return the processor time of what runs in these folders, and ran in them."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            where = (path / "cwd").readlink()
            if any(where.is_relative_to(folder) for folder in folders):
                ticks += sum(
                    map(int, (path / "stat").read_text().rpartition(")")[2].split()[11:15])
                )
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
