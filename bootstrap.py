"""Makes .venv in a fresh clone and runs the tests: `python3 bootstrap.py` prints the usage.

It needs nothing but Python's standard library.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python gets a message
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
import textwrap
import tomllib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent
_VENV = _ROOT / ".venv"
_PYTHON = _VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# The file that marks a .venv as complete: it is written last.
_STAMP = _VENV / "bootstrap-stamp"

# What each task is for, and tox's command for it. Without names, tox runs its `env_list`: two of
# them at a time, because one alone seldom keeps more than one processor busy.
_TASKS = {
    "acceptance": (
        "run the acceptance suites on both servers, into one report",
        ["run", "-e", "acceptance"],
    ),
    "tests": (
        (
            "run everything: style and types, unit tests (a part on Python 3.12),"
            " that part on newer Pythons, public applications, acceptance suites,"
            " some of them on Firefox where it is installed,"
            " the documentation site and its pictures, containers where there is an engine,"
            " images and hosts where one can be started, CherryPy's own test suite,"
            " Autobahn's WebSocket cases"
        ),
        ["run-parallel", "--parallel", "2", "--parallel-no-spinner"],
    ),
}
_USAGE = """\
usage: python3 bootstrap.py TASK [ARGUMENT ...]

Makes .venv, installs the project, pytest and tox there, installs a browser if there is none, and
then has tox

{tasks}

Arguments of acceptance, with or without -- before them, are passed to Robot Framework. After the
first run, the commands of .venv can be used directly: tox, robot and pytest.
"""

# The dependency group of pyproject.toml with what `robot acceptance` and `pytest` need.
_GROUP = "tests"

# The modules that can be imported in a complete .venv.
_MODULES = (
    "tox.run, robot_cherrypy.command, cherrypy, greenlet, robot, SeleniumLibrary,"
    " selenium_axe_python, uvicorn, pytest_timeout"
)


def main(arguments: list[str]) -> int:
    """Run a task and return its exit code.

    Args:
        arguments: The name of the task and its arguments.
    """
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(_usage())
        return 0
    task, *rest = arguments
    if task not in _TASKS:
        print(f"There is no task {task!r}.\n\n{_usage()}", file=sys.stderr)
        return 2
    if task == "tests" and rest:
        print("tests takes no arguments: run a part of it by .venv/bin/tox.", file=sys.stderr)
        return 2
    try:
        _prepare()
        return _run_tox(task, rest[1:] if rest[:1] == ["--"] else rest)
    except subprocess.CalledProcessError as error:
        print(
            f"`{shlex.join(error.cmd)}` ended with exit code {error.returncode}.", file=sys.stderr
        )
        return error.returncode
    except KeyboardInterrupt:
        return 130


def _usage() -> str:
    tasks = [f"  {name:12}{purpose}" for name, (purpose, _) in _TASKS.items()]
    wrapped = [textwrap.fill(task, width=98, subsequent_indent=" " * 14) for task in tasks]
    return _USAGE.format(tasks="\n".join(wrapped))


def _prepare() -> None:
    """Make .venv unless it is complete, and install the programs that tests need."""
    if not _is_complete():
        _make_venv()
    _run(_PYTHON, "-m", "robot_cherrypy", "doctor", "--install")


def _is_complete() -> bool:
    """Whether .venv was made completely and for the current sources, and works."""
    if not _STAMP.is_file() or _STAMP.read_text() != _stamp():
        return False
    command = [str(_PYTHON), "-Ic", f"import {_MODULES}"]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:  # its Python was removed
        return False


def _stamp() -> str:
    """Return a text of all that a .venv depends on; if it differs, .venv has to be made anew."""
    settings = (_ROOT / "pyproject.toml").read_bytes()
    return f"{hashlib.sha256(settings).hexdigest()} {sys.version} {sys.base_prefix} {_ROOT}"


def _make_venv() -> None:
    """Make .venv, and install the project, tox and what tests need in it."""
    _require_ensurepip()
    if os.path.lexists(_VENV):
        _show("The .venv there is not whole or not up to date: making it anew")
        _delete_venv()
    _show(f"Making .venv with Python {platform.python_version()} ({sys.executable})")
    _run(sys.executable, "-m", "venv", _VENV)
    _show("Installing the project, pytest and tox into .venv")
    _run(
        _PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "-e",
        f"{_ROOT}[all]",
        "tox>=4.30",
        *_requirements(_GROUP),
    )
    _STAMP.write_text(_stamp())


def _requirements(group: str) -> list[str]:
    """Return the requirements of a dependency group; pip can read groups since 25.1 only."""
    groups = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    requirements = []
    for entry in groups[group]:
        if isinstance(entry, dict):
            requirements += _requirements(entry["include-group"])
        else:
            requirements.append(entry)
    return requirements


def _delete_venv() -> None:
    """Delete .venv, which may also be a file or a link."""
    if _VENV.is_dir() and not _VENV.is_symlink():
        shutil.rmtree(_VENV)
    else:
        _VENV.unlink()


def _require_ensurepip() -> None:
    """Exit if Python lacks ensurepip, which is in a package of its own on Debian."""
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        package = "python{}.{}-venv".format(*sys.version_info)
        sys.exit(
            f"{sys.executable} cannot make virtual environments: it comes without ensurepip. "
            f"On Debian and Ubuntu: apt-get install {package}"
        )


def _run_tox(task: str, arguments: list[str]) -> int:
    """Replace this process by tox; on Windows, run tox and return its exit code."""
    command = [str(_PYTHON), "-m", "tox", *_TASKS[task][1]]
    pythons = [*(Path.home() / ".pyenv/versions").glob("3.1[1-5].*/bin/python")]
    if pythons:
        command += ["--discover", *map(str, sorted(pythons, reverse=True))]
    if arguments:
        command += ["--", *arguments]
    _show(f"Running {shlex.join(command)}")
    os.chdir(_ROOT)
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 - signals and exit codes are then those of tox
    return subprocess.run(command, check=False).returncode


def _run(*command: object) -> None:
    """Run a command; its failure ends the task."""
    subprocess.run([str(word) for word in command], check=True, cwd=_ROOT)


def _show(line: str) -> None:
    """Print a step, flushed so that it comes before the output of its commands."""
    print(f"== {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
