"""The packages that go into images of tests: no image is built with a network."""

import contextlib
import functools
import hashlib
import platform
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
from pathlib import Path

from robot_cherrypy.tests.container_engine import image
from robot_cherrypy.tests.container_engine.errors import EngineError

_ROOT = Path(__file__).parents[3]
_SERVER = _ROOT / "deploy/server"

# What else the applications of tests need.
_MORE = ("fastapi", "flask", "h2")

# pip asks its own Python for the markers of requirements, such as `python_version < "3.12"`. This
# is pip for the Python that is its first argument.
_PIP = """
import sys
from pip._vendor.packaging import markers

environment = markers.default_environment()
environment |= {"python_version": sys.argv[1], "python_full_version": f"{sys.argv[1]}.0"}
markers.default_environment = lambda: dict(environment)
sys.argv[:2] = ["pip"]

from pip._internal.cli.main import main

sys.exit(main())
"""

# The platforms whose wheels run in the images, by their tags (PEP 600).
_PLATFORMS = ("manylinux_2_28", "manylinux_2_24", "manylinux_2_17", "manylinux2014", "manylinux1")


def folder(base):
    """Return a folder with wheels of the server, made now, and of all that it and the tests need.

    Args:
        base: The archive of the image in which they are installed.

    Raises:
        EngineError: A package cannot be had.
    """
    requirements = [*_requirements(), *_MORE]
    wheels = _cached("wheels", _python_of(base), requirements, "download", "--dest")
    _pip(
        sysconfig.get_python_version(),
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(wheels),
        str(_SERVER),
    )
    return wheels


def packages(base):
    """Return a folder with packages that the server needs, for the Python of an image.

    Args:
        base: The archive of the image.

    Raises:
        EngineError: A package cannot be had.
    """
    python = _python_of(base)
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return Path(sysconfig.get_path("purelib"))
    return _cached("packages", python, _requirements(), "install", "--target")


def _cached(name, python, requirements, command, into):
    """Return a folder that a command of pip fills with requirements, unless it is cached."""
    version = hashlib.sha256(" ".join((python, *requirements)).encode()).hexdigest()[:8]
    folder = image.cache() / f"{name}-{version}"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=folder.parent) as made:
            _pip(
                python,
                *(command, into, f"{made}/packages", "--only-binary", ":all:"),
                *("--python-version", python, "--implementation", "cp"),
                *(f"--platform={name}_{platform.machine()}" for name in _PLATFORMS),
                *requirements,
            )
            with contextlib.suppress(FileExistsError):  # another run was faster
                Path(made, "packages").rename(folder)
    return folder


def _requirements():
    project = tomllib.loads((_SERVER / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    notes = (_ROOT / "deploy/notes/requirements.txt").read_text().split()
    named = [*project["dependencies"], *notes, "setuptools"]
    for name in ("async", "django", "websocket"):
        named += extras[name]
    return named


@functools.cache
def _python_of(base):
    """Return the version of an image's Python, such as 3.11."""
    with tarfile.open(base) as archive:
        for member in archive:
            name = Path(member.name).name
            if "/usr/bin/python3." in f"/{member.name}" and name[len("python3.") :].isdigit():
                return name.removeprefix("python")
    raise EngineError(f"{base} has no Python")


def _pip(python, *arguments):
    ended = subprocess.run(
        [sys.executable, "-c", _PIP, python, "--quiet", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        raise EngineError(f"pip {arguments[0]} failed: {ended.stderr[-1000:]}")
