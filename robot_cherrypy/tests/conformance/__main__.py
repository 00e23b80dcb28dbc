"""Runs CherryPy's test suite in four ways, and compares each with the reference.

    python -m robot_cherrypy.tests.conformance [way ...]

Each test whose outcome differs from the reference must be in `differences.toml` with the reason. A
difference that is not there is a failure, and so is one that is there but does not occur.
"""

import argparse
import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cherrypy

from robot_cherrypy.tests.conformance.ways import Way

REPOSITORY = Path(__file__).parents[3]
DIFFERENCES = Path(__file__).with_name("differences.toml")

# How often an unexpected outcome is tried again: some tests depend on the speed of the machine.
TRIES = 3

# How long one way may take, in seconds: a few times as long as on two busy cores, together with the
# others, which is about 200.
TIME_LIMIT = 900

# The fixed ports of the suite. Each way gets free ones instead, so that all can run at once.
PORTS = ("54583", "8081", "9876", "9877", "9878")
SITECUSTOMIZE = """\
import os
from robot_cherrypy.tests.conformance import ways
ways.apply(os.environ["CONFORMANCE_WAY"])
"""


def main():
    """Run the ways that are named on the command line, by default all; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ways", nargs="*", metavar="way", help=", ".join(way.value for way in Way))
    parser.add_argument("-k", dest="keyword", help="only the tests that pytest's -k selects")
    parser.add_argument("--results", type=Path, help="folder for the logs and JUnit reports")
    options = parser.parse_args()
    chosen = [Way(name) for name in options.ways] or list(Way)
    ways = sorted({*chosen, Way.REFERENCE}, key=list(Way).index)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-")))
        stack.enter_context(_memcached())
        ports = iter(_free_ports(len(PORTS) * len(ways)))
        runs = [
            Run(way, folder / way.value, options.keyword, dict(zip(PORTS, ports, strict=False)))
            for way in ways
        ]
        with ThreadPoolExecutor() as executor:
            outcomes = dict(zip(ways, executor.map(Run.outcomes, runs), strict=True))
        problems = compare(runs, outcomes, full=not options.keyword)
        if options.results:
            _keep_results(folder, options.results)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} unexpected")
    return 1 if problems else 0


class Run:
    """One run of the suite, on a copy of CherryPy: the suite writes files beside itself."""

    def __init__(self, way, folder, keyword, ports):
        self.way = way
        self.folder = folder
        self.keyword = keyword
        self._ports = ports

    def outcomes(self):
        """Run the suite and return the outcome of each test by its name."""
        self._prepare()
        started = time.monotonic()
        selection = ["-k", self.keyword] if self.keyword else []
        outcomes = self._pytest("first", *selection)
        counts = ", ".join(
            f"{number} {kind}" for kind, number in Counter(outcomes.values()).items()
        )
        seconds = time.monotonic() - started
        print(f"{self.way.value}: {counts} in {seconds:.0f} s ({self.way.meaning})", flush=True)
        return outcomes

    def again(self, name):
        """Run one test again, alone, and return its outcome."""
        module, _, test = name.partition(".")
        node = f"cherrypy/test/{module}.py::{test.replace('.', '::')}"
        return self._pytest(f"again-{name}", node).get(name, "missing")

    def _prepare(self):
        package = Path(cherrypy.__file__).parent
        shutil.copytree(package, self.folder / "cherrypy", ignore=shutil.ignore_patterns("*.pyc"))
        (self.folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
        for path in (self.folder / "cherrypy" / "test").glob("*.py"):
            source = path.read_text(encoding="utf-8")
            for old, new in self._ports.items():
                source = source.replace(old, new)
            path.write_text(source, encoding="utf-8")

    def _pytest(self, name, *arguments):
        report = self.folder / f"{name}.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", "."]
        command += ["-p", "no:cacheprovider", "-W", "ignore", "--timeout", "60"]
        command += ["--junitxml", str(report), *(arguments or ())]
        if not any(argument.startswith("cherrypy/") for argument in arguments):
            command.append("cherrypy/test")
        log_path = self.folder / f"{name}.log"
        with log_path.open("w") as log:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                timeout=TIME_LIMIT,
                check=False,
            )
        if done.returncode not in {0, 1}:  # all passed, some failed
            raise SystemExit(f"pytest ended with {done.returncode}:\n{log_path.read_text()}")
        return _read_report(report)

    def _environment(self):
        paths = [str(self.folder), str(REPOSITORY)]
        return os.environ | {
            "CONFORMANCE_WAY": self.way.value,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(self.folder),
            "WEBTEST_INTERACTIVE": "False",
        }


def _read_report(path):
    if not path.exists():
        return {}
    outcomes = {}
    for case in ET.parse(path).iter("testcase"):
        name = f"{case.get('classname').removeprefix('cherrypy.test.')}.{case.get('name')}"
        kinds = {child.tag: child.get("type") for child in case}
        if kinds.keys() & {"failure", "error"}:
            outcomes[name] = "failed"
        elif kinds.get("skipped") == "pytest.skip":
            outcomes[name] = "skipped"
        else:
            # Also a test of which CherryPy expects that it fails, whether it does or not.
            outcomes[name] = "passed"
    return outcomes


def compare(runs, outcomes, *, full):
    """Return the differences that are not listed, and those listed that do not occur."""
    expected = tomllib.loads(DIFFERENCES.read_text())
    reference = outcomes[Way.REFERENCE]
    problems = []
    if not reference:
        problems.append("The reference run gave no results.")
    for run in runs:
        if run.way is Way.REFERENCE:
            continue
        listed = expected.get(run.way.value, {})
        names = sorted(
            reference.keys() | outcomes[run.way].keys() | (listed.keys() if full else set())
        )
        for name in names:
            wanted, got = reference.get(name, "missing"), outcomes[run.way].get(name, "missing")
            for _ in range(TRIES):
                if (wanted != got) == (name in listed):
                    break
                wanted, got = runs[-1].again(name), run.again(name)
            if wanted != got and name not in listed:
                problems.append(f"{run.way.value}: {name} {got}, reference {wanted}")
            if wanted == got and name in listed:
                problems.append(f"{run.way.value}: {name} {got} as the reference: not a difference")
    return problems


def _free_ports(number):
    """Choose free ports outside of the range from which the kernel gives them to clients."""
    with contextlib.ExitStack() as stack:
        ports = []
        while len(ports) < number:
            port = random.randrange(10_000, 32_000)
            with contextlib.suppress(OSError):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
                ports.append(str(port))
        return ports


@contextlib.contextmanager
def _memcached():
    """Run memcached, if it is installed; without it the suite skips some tests of sessions."""
    program = shutil.which("memcached")
    if program is None:
        yield
        return
    process = subprocess.Popen([program, "-l", "127.0.0.1", "-u", "nobody"])
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def _keep_results(folder, results):
    results.mkdir(parents=True, exist_ok=True)
    for path in [*folder.glob("*/*.log"), *folder.glob("*/*.xml")]:
        shutil.copy(path, results / f"{path.parent.name}-{path.name}")


if __name__ == "__main__":
    sys.exit(main())
