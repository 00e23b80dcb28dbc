"""`bootstrap.py` makes .venv if there is no complete one, and runs tox in it.

The tests use a project of the same shape without dependencies, so that nothing is downloaded.
"""

import configparser
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

BOOTSTRAP = Path(__file__).parents[2] / "bootstrap.py"

pytestmark = pytest.mark.skipif(not BOOTSTRAP.exists(), reason="not in the repository")

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "stand-in"
version = "1"
optional-dependencies = {all = []}
[dependency-groups]
acceptance = ["suite-needs"]
tests = [{include-group = "acceptance"}, "pytest-timeout"]
"""

BACKEND = """
import shutil

def build_editable(folder, config_settings=None, metadata_directory=None):
    return shutil.copy("wheels/stand_in-1-py3-none-any.whl", folder).rpartition("/")[2]
"""

DOCTOR = """
import os, sys
print("doctor", *sys.argv[1:])
sys.exit(int(os.environ.get("DOCTOR", 0)))
"""

TOX = """
import os, signal, sys
try:
    print("tox", *sys.argv[1:], flush=True)
    if "wait" in sys.argv:
        signal.pause()
except KeyboardInterrupt:
    print("interrupted", os.getppid(), flush=True)
    sys.exit(99)
sys.exit(7)
"""


def write_wheel(folder, name, version, modules):
    """Write a wheel of pure Python modules."""
    information = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, source in modules.items():
            wheel.writestr(path, source)
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        wheel.writestr(f"{information}/METADATA", metadata)
        wheel.writestr(
            f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{information}/RECORD", "")


def make_project(folder):
    """Write a project for a copy of bootstrap.py."""
    shutil.copy(BOOTSTRAP, folder)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "backend.py").write_text(BACKEND)
    wheels = folder / "wheels"
    wheels.mkdir()
    others = ("cherrypy", "greenlet", "robot", "SeleniumLibrary", "uvicorn")
    write_wheel(wheels, "suite_needs", "1", {"selenium_axe_python.py": ""})
    write_wheel(wheels, "pytest_timeout", "1", {"pytest_timeout.py": ""})
    modules = {f"{name}.py": "" for name in others}
    modules |= {f"robot_cherrypy/{name}.py": "" for name in ("__init__", "command")}
    write_wheel(wheels, "stand_in", "1", {**modules, "robot_cherrypy/__main__.py": DOCTOR})
    tox = {"tox/__init__.py": "", "tox/run.py": "", "tox/__main__.py": TOX}
    write_wheel(wheels, "tox", "9", tox)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose .venv has been made."""
    folder = make_project(tmp_path_factory.mktemp("project"))
    assert MADE == steps(bootstrap(folder, "tests"))
    return folder


MADE = ["Making", "Installing", "doctor", "Running", "tox"]
READY = ["doctor", "Running", "tox"]


def bootstrap(folder, *arguments, **environment):
    """Run bootstrap.py; return its exit code and output."""
    variables = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder / "wheels")}
    return subprocess.run(
        [sys.executable, folder / "bootstrap.py", *arguments],
        capture_output=True,
        text=True,
        env={**inherited(), **variables, **environment},
        check=False,
    )


def inherited():
    """The environment variables of this process without PYTHONPATH, which has the real package."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def load(project):
    """Import the bootstrap.py of a project."""
    spec = importlib.util.spec_from_file_location("bootstrap", project / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def steps(done):
    """The first words of the steps that bootstrap.py printed, and of the commands that it ran."""
    lines = done.stdout.splitlines()
    shown = [line for line in lines if line.startswith(("== ", "doctor", "tox"))]
    return [line.removeprefix("== ").partition(" ")[0] for line in shown]


def last_line(done):
    """The last line that bootstrap.py printed."""
    return done.stdout.splitlines()[-1]


# What the usage calls each environment of tox.ini that the task `tests` runs.
ENVIRONMENTS = {
    "lint": "style and types",
    "py3": "unit tests (a part on Python 3.12)",
    "newer-pythons": "that part on newer Pythons",
    "strangers": "public applications",
    "acceptance": "acceptance suites",
    "firefox": "some of them on Firefox where it is installed",
    "docs": "the documentation site and its pictures",
    "containers": "containers where there is an engine",
    "deploy": "images",
    "cluster": "and hosts where one can be started",
    "conformance": "CherryPy's own test suite",
    "autobahn": "Autobahn's WebSocket cases",
}


@pytest.fixture
def tox_settings():
    """The settings of tox.ini."""
    settings = configparser.ConfigParser()
    settings.read(BOOTSTRAP.parent / "tox.ini")
    return settings


def test_usage_names_all_environments(project, tox_settings):
    """The usage names everything that the task `tests` runs."""
    environments = tox_settings["tox"]["env_list"].split(", ")
    assert ENVIRONMENTS.keys() == {re.sub(r"^py3\d+", "py3", name) for name in environments}
    told = ", ".join(ENVIRONMENTS.values()).replace(", and", " and")
    assert told in " ".join(bootstrap(project).stdout.split())


def test_pytest_works(tox_settings):
    """.venv gets the same dependency group as tox's environments for the unit tests."""
    module = load(BOOTSTRAP.parent)
    assert tox_settings["testenv"]["dependency_groups"] == module._GROUP
    names = [re.split("[^a-z-]", text)[0] for text in module._requirements(module._GROUP)]
    assert {"pytest", "pytest-timeout", "selenium-axe-python"} <= set(names)


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_usage(project, arguments):
    """Without a task, bootstrap.py prints its usage and does nothing."""
    done = bootstrap(project, *arguments)
    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith("usage: python3 bootstrap.py TASK [ARGUMENT ...]\n")
    assert "\n  acceptance  run the acceptance suites" in done.stdout


def test_unknown_task(project):
    """The error for an unknown task has its name."""
    done = bootstrap(project, "test")
    assert (2, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("There is no task 'test'.\n")


def test_tests_take_no_arguments(project):
    """Arguments of `tests` are refused, because only some of its test runners would know them."""
    done = bootstrap(project, "tests", "-k", "echo")
    assert (2, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("tests takes no arguments")


def test_exit_code_is_that_of_tox(project):
    """The exit code of bootstrap.py is that of tox."""
    assert 7 == bootstrap(project, "tests").returncode


def test_second_run_makes_nothing(project):
    """A complete .venv is used as it is."""
    assert READY == steps(bootstrap(project, "tests"))


def test_all_environments_for_the_tests(project):
    """The task `tests` runs the environments that tox runs by default."""
    assert last_line(bootstrap(project, "tests")).startswith("tox run")
    assert " -e" not in last_line(bootstrap(project, "tests"))


@pytest.mark.parametrize("arguments", [("--", "--include", "a b"), ("--include", "a b")])
def test_arguments_go_on_to_tox(project, arguments):
    """Arguments after the task are passed to the command that tox runs."""
    line = last_line(bootstrap(project, "acceptance", *arguments))
    assert line.startswith("tox run -e acceptance")
    assert line.endswith(" -- --include a b")


def test_pythons_of_pyenv_are_offered(project, tmp_path):
    """The interpreters of pyenv of a tested version are passed to tox, the newest first."""
    for version in ("3.10.1", "3.11.7", "3.12.1", "3.13.0", "3.14.0"):
        program = tmp_path / ".pyenv/versions" / version / "bin/python"
        program.parent.mkdir(parents=True)
        program.touch()
    line = last_line(bootstrap(project, "tests", HOME=str(tmp_path)))
    offered = [
        f"{tmp_path}/.pyenv/versions/3.{minor}/bin/python"
        for minor in ("14.0", "13.0", "12.1", "11.7")
    ]
    assert line.endswith(f" --discover {' '.join(offered)}")


def test_doctor_that_fails(project):
    """If what tests need cannot be installed, tox does not run, and the exit code is not 0."""
    done = bootstrap(project, "tests", DOCTOR="1")
    assert (1, ["doctor"]) == (done.returncode, steps(done))
    assert "-m robot_cherrypy doctor --install` ended with exit code 1.\n" in done.stderr


@pytest.mark.parametrize(
    ("path", "replacement"),
    [
        (".venv/bootstrap-stamp", None),
        (".venv/bin/python", None),
        (".venv/bin/python", "not a program"),
        (".venv/lib/python{}.{}/site-packages/tox", None),
        (".venv/lib/python{}.{}/site-packages/pytest_timeout.py", None),
        (".venv/lib/python{}.{}/site-packages/cherrypy.py", "raise ImportError"),
        ("pyproject.toml", f"{PYPROJECT}dependencies = []"),
    ],
)
def test_incomplete_venv_is_noticed(project, tmp_path, path, replacement):
    """A .venv that is half-made, broken or out of date does not count as complete."""
    is_complete = load(project)._is_complete
    assert is_complete()
    file = project / path.format(*sys.version_info)
    aside = Path(shutil.move(file, tmp_path / "aside"))
    try:
        if replacement is not None:
            file.write_text(replacement)
        assert not is_complete()
    finally:
        file.unlink(missing_ok=True)
        aside.rename(file)
    assert is_complete()


def test_half_made_venv_is_made_anew(project):
    """After an interrupted run, the next run makes .venv anew, and the one after that uses it."""
    (project / ".venv/bootstrap-stamp").unlink()
    assert ["The", *MADE] == steps(bootstrap(project, "tests"))
    assert READY == steps(bootstrap(project, "tests"))


@pytest.mark.parametrize(
    "make", [Path.touch, Path.mkdir, lambda path: path.symlink_to("/etc", True)]
)
def test_anything_named_venv_is_deleted(tmp_path, make):
    """A .venv that is a file or a link is deleted, and a linked folder is not."""
    project = make_project(tmp_path)
    make(project / ".venv")
    load(project)._delete_venv()
    assert not os.path.lexists(project / ".venv")
    assert Path("/etc").exists()


def test_venv_of_a_project_that_was_moved(project, tmp_path):
    """A .venv that was moved together with its project is made anew."""
    moved = shutil.copytree(project, tmp_path / "moved", symlinks=True)
    assert ["The", *MADE] == steps(bootstrap(moved, "tests"))


def test_failed_installation_leaves_no_complete_venv(tmp_path):
    """If pip fails, bootstrap.py fails, and the next run makes .venv anew."""
    project = make_project(tmp_path)
    tox = project / "wheels/tox-9-py3-none-any.whl"
    tox.rename(tmp_path / "aside")
    done = bootstrap(project, "tests")
    assert (1, ["Making", "Installing"]) == (done.returncode, steps(done))
    assert "-m pip install" in done.stderr.splitlines()[-1]
    (tmp_path / "aside").rename(tox)
    assert ["The", *MADE] == steps(bootstrap(project, "tests"))


def test_python_without_ensurepip(tmp_path):
    """Where Python lacks ensurepip, the error has the Debian package to install."""
    hidden = tmp_path / "sitecustomize.py"
    hidden.write_text("import sys; sys.modules['ensurepip'] = None")
    (tmp_path / "project").mkdir()
    project = make_project(tmp_path / "project")
    done = bootstrap(project, "tests", PYTHONPATH=str(tmp_path))
    assert 1 == done.returncode
    assert (
        f"{sys.executable} cannot make virtual environments: it comes without ensurepip. On Debian "
        "and Ubuntu: apt-get install python{}.{}-venv\n".format(*sys.version_info)
    ) == done.stderr
    assert not (project / ".venv").exists()


def test_ctrl_c_reaches_tox(project):
    """The process of bootstrap.py becomes that of tox, so that Ctrl-C reaches tox alone."""
    process = subprocess.Popen(
        [sys.executable, project / "bootstrap.py", "acceptance", "wait"],
        stdout=subprocess.PIPE,
        env=inherited(),
        text=True,
    )
    with process:
        assert any(line.startswith("tox run") for line in process.stdout)
        process.send_signal(signal.SIGINT)
        assert f"interrupted {os.getpid()}\n" == process.stdout.readline()
    assert 99 == process.returncode


OLD = [
    python
    for pattern in ("3.[6-9].*", "3.10.*")
    for python in Path.home().glob(f".pyenv/versions/{pattern}/bin/python")
]


@pytest.mark.skipif(not OLD, reason="pyenv has no Python older than 3.11 here")
def test_too_old_a_python():
    """A Python older than 3.11 gets a message, not a syntax error."""
    for python in OLD:
        done = subprocess.run(
            [python, BOOTSTRAP, "tests"], capture_output=True, text=True, check=False
        )
        assert (1, "") == (done.returncode, done.stdout)
        assert done.stderr.startswith(f"bootstrap.py needs Python 3.11 or newer, and {python} is ")
