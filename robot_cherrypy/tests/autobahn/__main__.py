"""Runs the cases against both servers at once, and fails if a case fails twice.

A coroutine page handler gets all groups. A plain page handler gets those that take seconds; the
others, about limits and compression, test code that both share. Groups 12.2 to 12.5 are 12.1 with
other data to compress, for minutes: they are run on request.

Usage: python -m robot_cherrypy.tests.autobahn [GROUPS], such as 12.*
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

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

# Where `.ci/failures.py` looks.
_FAILED = Path("results/autobahn.txt")

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
            with ThreadPoolExecutor(len(servers)) as pool:
                failed = [
                    failure
                    for page, of_page in _PAGES.items()
                    for failures in pool.map(
                        partial(_run, folder, page, groups or of_page), servers
                    )
                    for failure in failures
                ]
        finally:
            for server in servers:
                server.stop()
    _FAILED.parent.mkdir(exist_ok=True)
    _FAILED.write_text("\n".join(failed))
    return len(failed)


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


def _run(folder: Path, page: str, groups: str, server: ChildProcessServer) -> list[str]:
    """Run cases, and those that fail once more; return what failed twice.

    Many cases wait a second for an answer, which may take longer on a busy machine.
    """
    name = f"{server.alias} {page}".strip()
    url = server.url.replace("http", "ws", 1) + "/" + page
    failed = _fuzz(folder, name, url, groups)
    if failed:
        failed = _fuzz(folder, f"{name} once more", url, ",".join(case["case"] for case in failed))
    return [f"{name}: {case}" for case in failed]


def _fuzz(folder: Path, name: str, url: str, groups: str) -> list[dict[str, Any]]:
    """Run cases against a URL, print their results, and return those that failed."""
    command = [sys.executable, "-W", "ignore", "-m", "robot_cherrypy.tests.autobahn.fuzzer"]
    output = subprocess.run(
        [*command, str(folder), url, groups], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    results = [json.loads(line) for line in output.splitlines()]
    counts = Counter(f"{result['behavior']}/{result['close']}" for result in results)
    slowest = max(results, key=itemgetter("seconds"))
    failed = [result for result in results if not {result["behavior"], result["close"]} <= _PASSED]
    lines = [f"{name}: {len(results)} cases, {dict(counts)}; slowest: {slowest}", *failed]
    print("\n  ".join(map(str, lines)), flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1] if len(sys.argv) > 1 else "")))
