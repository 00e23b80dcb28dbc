"""Runs the cases against both servers at once, and fails unless each case passes.

A coroutine page handler gets all groups. A plain page handler gets those that take seconds; the
others, about limits and compression, test code that both share. Groups 12.2 to 12.5 are 12.1 with
other data to compress, for minutes: they are run on request.

Usage: python -m robot_cherrypy.tests.autobahn [GROUPS], such as 12.*
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from robot_cherrypy.harness.child_process import ChildProcessServer
from robot_cherrypy.harness.server import Launch
from robot_cherrypy.harness.server_thread import Kind
from robot_cherrypy.tests.autobahn import suite

# The groups of cases for each page.
_PAGES = {
    "": "1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*,12.1.*,13.*",
    "plain": "1.*,2.*,3.*,4.*,5.*,6.*,7.*,10.*",
}
_KINDS: tuple[Kind, ...] = ("threaded", "async")

# Informational are cases about which RFC 6455 says nothing (7.1.6, 7.13.1, 7.13.2).
_PASSED = {"OK", "INFORMATIONAL"}


def main(groups: str) -> int:
    """Run the cases; return how many failed."""
    with tempfile.TemporaryDirectory(prefix="autobahn-") as temporary:
        folder = Path(temporary)
        suite.prepare(folder)
        servers = [_server(kind) for kind in _KINDS]
        try:
            for server in servers:
                server.start()
            return sum(
                _run(folder, servers, page, groups or of_page) for page, of_page in _PAGES.items()
            )
        finally:
            for server in servers:
                server.stop()


def _server(kind: Kind) -> ChildProcessServer:
    application = "robot_cherrypy.tests.autobahn.page:Echo"
    return ChildProcessServer(
        Launch(
            application=application,
            alias=kind,
            kind=kind,
            isolation="process",
            configuration={},
        )
    )


def _run(folder: Path, servers: list[ChildProcessServer], page: str, groups: str) -> int:
    outputs = [folder / f"{server.alias}{page}.jsonl" for server in servers]
    fuzzers = []
    for server, output in zip(servers, outputs, strict=True):
        with output.open("w") as file:
            url = server.url.replace("http", "ws", 1) + "/" + page
            command = [sys.executable, "-W", "ignore", "-m", "robot_cherrypy.tests.autobahn.fuzzer"]
            fuzzers.append(
                subprocess.Popen([*command, str(folder), url, groups], stdout=file, env=os.environ)
            )
    broken = sum(fuzzer.wait() != 0 for fuzzer in fuzzers)
    return broken + sum(
        _report(f"{server.alias} {page}".strip(), output)
        for server, output in zip(servers, outputs, strict=True)
    )


def _report(name: str, output: Path) -> int:
    """Print the results of the cases; return how many failed."""
    results = [json.loads(line) for line in output.read_text().splitlines()]
    failed = [result for result in results if not {result["behavior"], result["close"]} <= _PASSED]
    counts = Counter(f"{result['behavior']}/{result['close']}" for result in results)
    slowest = max(results, key=lambda result: result["seconds"], default=None)
    print(f"{name}: {len(results)} cases, {dict(counts)}; slowest: {slowest}")
    for result in failed:
        print(f"  {result}")
    return len(failed) if results else 1


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1] if len(sys.argv) > 1 else "")))
