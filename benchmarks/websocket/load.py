"""Many open WebSockets: the server's memory for each, and the time of a broadcast to all.

Usage: python benchmarks/websocket/load.py [WEBSOCKETS]

Server and client are separate processes, because each may have `ulimit -n` files open.
"""

import asyncio
import resource
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import uvloop
from clients import connect, frame
from echo import running

MESSAGE = b"x" * 125
BROADCASTS = 7


def resident(port):
    """Return the resident memory of the process that listens on a port, in bytes."""
    inode = next(
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
    )
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()) == f"socket:[{inode}]":
                pages = (link.parent.parent / "statm").read_text().split()[1]
                return int(pages) * resource.getpagesize()
        except OSError:
            continue
    raise LookupError(port)


async def measure(port, count):
    before = resident(port)
    clients = []
    for _ in range(count // 100):
        clients += await asyncio.gather(*(connect(port, "/member") for _ in range(100)))
    each = (resident(port) - before) / len(clients)
    wire = frame(MESSAGE)
    times = []
    for _ in range(BROADCASTS):
        missing = [len(clients) * (len(wire) - 4)]
        done = asyncio.get_running_loop().create_future()

        def on_data(data, missing=missing, done=done):
            missing[0] -= len(data)
            if not missing[0]:
                done.set_result(None)

        for client in clients:
            client.on_data = on_data
        started = time.perf_counter()
        clients[0].transport.write(wire)
        await done
        times.append(time.perf_counter() - started)
    for client in clients:
        client.transport.abort()
    return each, statistics.median(times)


def main(count):
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    results = {}
    for name in ("library", "ours_async", "ours_threaded"):
        with ExitStack() as stack:
            port = stack.enter_context(running(name))
            results[name] = uvloop.run(measure(port, count))
    base = results["library"][1]
    for name, (each, seconds) in results.items():
        print(
            f"{name:14} {each / 1024:6.1f} KiB a socket, broadcast to {count} in"
            f" {seconds * 1000:7.1f} ms: {base / seconds:.2f} × websockets' speed"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
