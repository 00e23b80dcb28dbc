"""Starts servers in processes of their own, and puts load on them with wrk."""

import contextlib
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

HERE = Path(__file__).parent
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


@dataclass(frozen=True)
class Work:
    """A kind of load: a path, a number of connections, and for other methods a script of wrk."""

    name: str
    path: str
    connections: int
    script: str | None = None


@dataclass(frozen=True)
class Figures:
    """What was measured: requests per second, latencies in ms, and CPU time per request in µs."""

    rate: float
    p50: float
    p99: float
    cpu: float
    errors: int


@contextlib.contextmanager
def server_process(script, *arguments):
    """Run a server of `apps`; yield its process and port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, str(HERE / "apps" / script), str(port), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(process, port)
        yield psutil.Process(process.pid), port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process, port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.args} did not start")


def load(process, port, work, seconds):
    """Put load on a server for some seconds; return the figures."""
    command = ["wrk", "-t1", f"-c{work.connections}", f"-d{seconds}s", "--latency"]
    if work.script:
        command += ["-s", str(HERE / work.script)]
    before = sum(process.cpu_times()[:2])
    wrk = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{work.path}"],
        capture_output=True,
        text=True,
        check=True,
    )
    cpu = sum(process.cpu_times()[:2]) - before
    return _read(wrk.stdout, cpu)


def _read(output, cpu):
    number = int(re.search(r"(\d+) requests in", output)[1])
    errors = re.findall(
        r"(?:Non-2xx or 3xx responses: |connect |read |write |timeout )(\d+)", output
    )
    return Figures(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
        p50=_milliseconds(output, "50%"),
        p99=_milliseconds(output, "99%"),
        cpu=cpu / max(1, number) * 1e6,
        errors=sum(map(int, errors)),
    )


def _milliseconds(output, percentile):
    value, unit = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s|m)", output).groups()
    return float(value) * UNITS[unit]
