"""Runs the suites about containers with Docker and with Podman at the same time, into one report.

    python -m robot_cherrypy.tests.container_engine.suites [OPTION OF ROBOT ...]

All of them run with the threaded server in the containers; those with the tag `served` run with
the asyncio server, too. The report is results/containers-report.html. An engine that is not
there is skipped, which the last lines say with the reason.
"""

import concurrent.futures
import os
import shutil
import subprocess
import sys
from pathlib import Path

from robot_cherrypy.containers.compose import find_compose
from robot_cherrypy.containers.engine import find_engine
from robot_cherrypy.errors import ContainerError

_RESULTS = Path("results")
_SUITES = "acceptance/containers"
_RUNS = {"threaded": (), "async": ("--include", "served")}


def main():
    """Run them; return the exit code of rebot."""
    reasons = {engine: _why_not(engine) for engine in ("docker", "podman")}
    engines = [engine for engine, reason in reasons.items() if not reason]
    shutil.rmtree(_RESULTS / "containers", ignore_errors=True)
    with concurrent.futures.ThreadPoolExecutor() as executor:
        runs = executor.map(lambda engine: _run(engine, sys.argv[1:]), engines)
        outputs = [output for of_engine in runs for output in of_engine]
    code = _merge(outputs) if outputs else 0
    for engine, reason in reasons.items():
        if reason:
            print(f"== SKIPPED, the suites about containers with {engine.title()}: {reason}")
    return code


def _why_not(engine):
    """Return why the suites cannot run with an engine; None if they can."""
    if engine == "podman" and os.getuid() != 0:
        return "they are for a Podman of root"
    try:
        find_engine(engine)
        find_compose()
    except ContainerError as error:
        return f"{error} {os.environ.get('NO_CONTAINER_ENGINE', '')}"
    return None


def _run(engine, options):
    """Run the suites with an engine; return the files with the results."""
    outputs = []
    for server, chosen in _RUNS.items():
        folder = _RESULTS / "containers" / f"{engine}-{server}"
        command = [
            *(sys.executable, "-m", "robot_cherrypy", "run", "--server", server, "--retries", "1"),
            *("--name", f"{engine.title()} {server}", "--variable", f"ENGINE:{engine}"),
            *("--outputdir", str(folder), *chosen, *options, _SUITES),
        ]
        ended = subprocess.run(
            command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        print(ended.stdout, flush=True)
        outputs.append(folder / "output.xml")
    return outputs


def _merge(outputs):
    return subprocess.run(
        [
            *(sys.executable, "-m", "robot.rebot", "--name", "Containers"),
            *("--outputdir", str(_RESULTS), "--output", "containers.xml"),
            *("--log", "containers-log.html", "--report", "containers-report.html"),
            *map(str, outputs),
        ],
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
