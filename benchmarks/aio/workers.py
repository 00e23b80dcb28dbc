"""Measure how much faster several worker processes are than one, for a page of 2 ms.

    python benchmarks/aio/workers.py

Needs wrk. Each round measures one process and then several, so that other load on the machine
affects both. The processor time of wrk and of the server is printed beside: what wrk takes, the
server cannot have.
"""

import argparse
import os
import resource
import statistics
import time

from measuring import Work, load, server_process

WORK = Work("2 ms of processor time", "/", 32)
# Until all worker processes have started, in seconds: the port is open before.
_START = 3


def main():
    """Measure, and print the ratio of each round and their median."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of load for each figure")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load of the last minute {os.getloadavg()[0]:.1f}")
    ratios = []
    for _ in range(options.rounds):
        first, second = (measure(count, options.seconds) for count in (1, options.workers))
        ratios.append([several / one for one, several in zip(first, second, strict=True)])
    rate, rate_of_processor = map(statistics.median, zip(*ratios, strict=True))
    print(
        f"{options.workers} worker processes: {rate:.2f} times the requests of one,"
        f" {rate_of_processor:.2f} times in each second that a processor worked for the server"
    )


def measure(count, seconds):
    """Return requests a second, and a second of processor time, of some worker processes."""
    with server_process("busy_app.py", str(count)) as (parent, port):
        time.sleep(_START)
        load(parent, port, WORK, 1)
        processes = [parent, *parent.children()]
        before = sum(sum(process.cpu_times()[:2]) for process in processes)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures = load(parent, port, WORK, seconds)
        server = sum(sum(process.cpu_times()[:2]) for process in processes) - before
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        wrk = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    print(
        f"{count}: {figures.rate:6.0f} requests/s, p99 {figures.p99:5.0f} ms, processors used by"
        f" the server {server / seconds:.2f}, by wrk {wrk / seconds:.2f}"
    )
    return figures.rate, figures.rate * seconds / server


if __name__ == "__main__":
    main()
