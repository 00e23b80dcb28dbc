"""From a fresh clone to test reports, with nothing but Python: `python3 bootstrap.py` says how."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036, those who have an older one are to be told
    sys.exit(
        "bootstrap.py needs Python 3.11 or newer, and {} is Python {}.{}.".format(
            sys.executable, *sys.version_info
        )
    )

import hashlib
import importlib.util
import platform
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "bootstrap-stamp"  # written last, so a half-made .venv has none

TASKS = {
    "acceptance": (
        "run the acceptance suites on both servers, into one report",
        ["-e", "acceptance"],
    ),
    "tests": (
        "run everything: style, types, unit tests on each Python, acceptance suites",
        [],
    ),
}
USAGE = """\
usage: python3 bootstrap.py TASK [ARGUMENT ...]

Makes .venv, installs the project and tox there, sees to a browser, and then lets tox

{tasks}

Arguments of acceptance, after -- or not, go on to Robot Framework. After the first time it is as
good to activate .venv and to run tox or robot oneself.
"""

# What has to be importable for a .venv to be whole.
MODULES = (
    "tox.run, robot_cherrypy.command, cherrypy, greenlet, robot, SeleniumLibrary,"
    " selenium_axe_python, uvicorn"
)


def main(arguments: list[str]) -> int:
    """Run a task and return its exit code.

    Args:
        arguments: The task, and what to pass on.
    """
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(usage())
        return 0
    task, *rest = arguments
    if task not in TASKS:
        print(f"There is no task {task!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    if task == "tests" and rest:
        print("tests takes no arguments: run a part of it by .venv/bin/tox.", file=sys.stderr)
        return 2
    try:
        prepare()
        return tox(task, rest[1:] if rest[:1] == ["--"] else rest)
    except subprocess.CalledProcessError as error:
        print(
            f"`{shlex.join(error.cmd)}` ended with exit code {error.returncode}.", file=sys.stderr
        )
        return error.returncode
    except KeyboardInterrupt:
        return 130


def usage() -> str:
    """Say what there is to do."""
    tasks = "\n".join(f"  {name:12}{purpose}" for name, (purpose, _) in TASKS.items())
    return USAGE.format(tasks=tasks)


def prepare() -> None:
    """See to a whole .venv, and to what the tests need besides."""
    if not whole():
        make()
    run(PYTHON, "-m", "robot_cherrypy", "doctor", "--install")


def whole() -> bool:
    """Tell whether .venv was made to its end, from the same sources, and still works."""
    if not STAMP.is_file() or STAMP.read_text() != stamp():
        return False
    command = [str(PYTHON), "-Ic", f"import {MODULES}"]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:  # where its Python has gone
        return False


def stamp() -> str:
    """Return what a .venv depends on; where it differs, a new one is due."""
    settings = (ROOT / "pyproject.toml").read_bytes()
    return f"{hashlib.sha256(settings).hexdigest()} {sys.version} {sys.base_prefix} {ROOT}"


def make() -> None:
    """Make .venv anew, with the project and tox in it."""
    check_venv()
    if os.path.lexists(VENV):
        show("The .venv there is not whole or not up to date: making it anew")
        clear()
    show(f"Making .venv with Python {platform.python_version()} ({sys.executable})")
    run(sys.executable, "-m", "venv", VENV)
    show("Installing the project and tox into .venv")
    run(
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "-e",
        f"{ROOT}[all]",
        "tox>=4.30",
        *suite_requirements(),
    )
    STAMP.write_text(stamp())


def suite_requirements() -> list[str]:
    """Return what `robot acceptance/` needs; pip has read dependency groups since 25.1 only."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    requirements: list[str] = settings["dependency-groups"]["acceptance"]
    return requirements


def clear() -> None:
    """Delete .venv, whatever it is."""
    if VENV.is_dir() and not VENV.is_symlink():
        shutil.rmtree(VENV)
    else:
        VENV.unlink()


def check_venv() -> None:
    """Refuse a Python that Debian has taken apart, with the package that makes it whole."""
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        package = "python{}.{}-venv".format(*sys.version_info)
        sys.exit(
            f"{sys.executable} cannot make virtual environments: it comes without ensurepip. "
            f"On Debian and Ubuntu: apt-get install {package}"
        )


def tox(task: str, arguments: list[str]) -> int:
    """Hand over to tox."""
    command = [str(PYTHON), "-m", "tox", "run", *TASKS[task][1]]
    pythons = [*(Path.home() / ".pyenv/versions").glob("3.1[123].*/bin/python")]
    if pythons:
        command += ["--discover", *map(str, sorted(pythons, reverse=True))]
    if arguments:
        command += ["--", *arguments]
    show(f"Running {shlex.join(command)}")
    os.chdir(ROOT)
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606, so that signals and exit codes are tox's own
    return subprocess.run(command, check=False).returncode


def run(*command: object) -> None:
    """Run a command whose failure ends all this."""
    subprocess.run([str(word) for word in command], check=True, cwd=ROOT)


def show(line: str) -> None:
    """Tell how far things have come, in order with what the commands print."""
    print(f"== {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
