"""Measure CherryPy on asyncio beside its threaded server and other frameworks.

    python benchmarks/aio

Needs wrk (Debian: `apt-get install wrk`). In each round all servers are measured one after the
other, so that other load on the machine affects all of them. The figures are medians of the rounds;
compare ratios, not absolute figures. Writes `results/aio.json` and draws the plots of
`docs/asyncio.md`.
"""

import argparse
import json
import platform
import statistics
from dataclasses import asdict
from pathlib import Path

import cycles
import drawing
import idle
from measuring import Work, load, server_process

REPOSITORY = Path(__file__).parents[2]
SERVERS = {
    "threaded": ("cherrypy_app.py", "threaded"),
    "patched": ("cherrypy_app.py", "patched"),
    "asyncio": ("cherrypy_app.py", "asyncio"),
    "starlette": ("starlette_app.py",),
    "quart": ("quart_app.py",),
    "tornado": ("tornado_app.py",),
}
CHERRYPY = ("threaded", "patched", "asyncio")
WORKS = {
    Work("hello, 16 clients", "/", 16): tuple(SERVERS),
    Work("hello, 64 clients", "/", 64): CHERRYPY,
    Work("hello, 256 clients", "/", 256): CHERRYPY,
    Work("10 ms pause, 64 clients", "/pause", 64): CHERRYPY,
    Work("form, 64 clients", "/form", 64, "form.lua"): CHERRYPY,
    Work("64 KiB, 64 clients", "/block", 64): CHERRYPY,
    Work("plain handler, 16 clients", "/plain", 16): ("threaded", "asyncio"),
    Work("plain handler and a tool, 16 clients", "/tool", 16): ("threaded", "asyncio"),
}


def main():
    """Measure, print the results, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of load for each figure")
    parser.add_argument(
        "--connections", type=int, default=10_000, help="how many connections are idle"
    )
    parser.add_argument("--cycles", type=int, default=1000, help="how often to start and stop")
    parser.add_argument("--no-plots", action="store_true")
    options = parser.parse_args()
    figures = measure(options.rounds, options.seconds)
    results = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "works": summarise(figures),
        "idle": idle.measure(options.connections),
        "cycles": cycles.measure(options.cycles),
    }
    report(results)
    path = REPOSITORY / "results" / "aio.json"
    path.write_text(json.dumps(results, indent=1))
    if not options.no_plots:
        drawing.draw(results, REPOSITORY / "docs" / "images")


def measure(rounds, seconds):
    """Return the figures of all rounds, by work and server."""
    figures = {}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", flush=True)
        for name, command in SERVERS.items():
            with server_process(*command) as (process, port):
                for work, servers in WORKS.items():
                    if name in servers:
                        load(process, port, work, 1)
                        measured = load(process, port, work, seconds)
                        figures.setdefault(work.name, {}).setdefault(name, []).append(measured)
    return figures


def summarise(figures):
    """Return the medians of the rounds, by work and server."""
    return {
        work: {
            server: {
                key: statistics.median(asdict(measured)[key] for measured in rounds)
                for key in asdict(rounds[0])
            }
            for server, rounds in by_server.items()
        }
        for work, by_server in figures.items()
    }


def report(results):
    """Print the medians and their ratios to CherryPy's threaded server."""
    print(f"\n{'':28}{'req/s':>9}{'ratio':>7}{'p50 ms':>8}{'p99 ms':>8}{'CPU µs':>8}")
    for work, by_server in results["works"].items():
        print(work)
        base = by_server["threaded"]["rate"]
        for server, figure in by_server.items():
            print(
                f"    {server:24}{figure['rate']:9.0f}{figure['rate'] / base:7.2f}"
                f"{figure['p50']:8.2f}{figure['p99']:8.1f}{figure['cpu']:8.1f}"
            )
    print("idle connections:", results["idle"])
    print("start and stop:", results["cycles"])


if __name__ == "__main__":
    main()
