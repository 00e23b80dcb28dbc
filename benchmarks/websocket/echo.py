"""Messages that are sent back, small and large: our servers, `websockets` and ws4py in turn.

Usage: python benchmarks/websocket/echo.py [ROUNDS]
"""

import statistics
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvloop
from clients import echo

SERVERS = {
    "websockets": ("library", "/echo"),
    "websockets, threads": ("library_threads", "/echo"),
    "async server, coroutine": ("ours_async", "/echo"),
    "async server, plain": ("ours_async", "/plain"),
    "threaded server, coroutine": ("ours_threaded", "/echo"),
    "threaded server, plain": ("ours_threaded", "/plain"),
    "ws4py": ("ws4py", "/echo"),
}
LOADS = {
    "125 B, 16 connections": {"size": 125, "count": 20_000, "connections": 16},
    "125 B, 1 connection": {"size": 125, "count": 4_000, "connections": 1},
    "64 KiB, 4 connections": {"size": 2**16, "count": 2_000, "connections": 4},
    "64 MiB, 1 connection": {"size": 2**26, "count": 5, "connections": 1},
}


@contextmanager
def running(name):
    script = Path(__file__).with_name("servers.py")
    process = subprocess.Popen([sys.executable, script, name], stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def main(rounds):
    with ExitStack() as stack:
        names = {server for server, _path in SERVERS.values()}
        ports = {name: stack.enter_context(running(name)) for name in names}
        for title, load in LOADS.items():
            rates = {name: [] for name in SERVERS}
            for _ in range(rounds):
                for name, (server, path) in SERVERS.items():
                    slow = name == "ws4py" and load["size"] > 2**20
                    count = {"count": 1} if slow else {}
                    rates[name].append(uvloop.run(echo(ports[server], path, **{**load, **count})))
            base = statistics.median(rates["websockets"])
            print(title)
            for name, values in rates.items():
                rate = statistics.median(values)
                print(f"  {name:28} {rate:10.1f} messages/s {rate / base:6.2f} × websockets")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
