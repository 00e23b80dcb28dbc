"""The images that tests begin with: Debian with some packages, made without a registry."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from robot_cherrypy.tests.container_engine.errors import EngineError

# What the image `python:3-slim` stands for in tests.
_PYTHON = ("python3-minimal", "python3-venv", "ca-certificates")

# What the images of deploy/debian are made of.
_STACK = ("postgresql", "haproxy", "ca-certificates")

_SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))

# How long mmdebstrap may take, in seconds. It takes 30 to 80, of which the most is the download.
_TIMEOUT = 600


def cache():
    """Return the folder in which images and packages are kept between runs."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "robot-cherrypy"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def base():
    """Return the file of the base image, a tar archive, which is made unless it is cached.

    Raises:
        EngineError: It cannot be made.
    """
    return _archive("base", _PYTHON)


def stack():
    """Return the file of an image with PostgreSQL and HAProxy, likewise.

    Raises:
        EngineError: It cannot be made.
    """
    return _archive("stack", _STACK)


def _archive(name, packages):
    release = platform.freedesktop_os_release()
    if release["ID"] != "debian" or not shutil.which("mmdebstrap"):
        raise EngineError("mmdebstrap, which makes base images, is for Debian and not installed")
    sources = next((path for path in _SOURCES if path.is_file()), None)
    suite = release["VERSION_CODENAME"]
    version = hashlib.sha256(" ".join((suite, *packages)).encode()).hexdigest()[:8]
    archive = cache() / f"{name}-{suite}-{version}.tar"
    if not archive.is_file():
        _make(archive, packages, suite, sources)
    return archive


def _make(archive, packages, suite, sources):
    started = time.monotonic()
    print(f"container_engine: making {archive}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="base-", dir=archive.parent) as folder:
        made = Path(folder, "base.tar")
        # Documentation and translations are a quarter of the image.
        excluded = (
            f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "locale", "man")
        )
        command = [
            *("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}"),
            *(*excluded, "--customize-hook=ln -sf python3 $1/usr/bin/python"),
            *(suite, str(made), *([str(sources)] if sources else [])),
        ]
        try:
            ended = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=_TIMEOUT
            )
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"mmdebstrap did not end within {_TIMEOUT} s") from error
        if ended.returncode:
            raise EngineError(f"mmdebstrap failed: {ended.stderr[-2000:]}")
        made.replace(archive)
    taken = time.monotonic() - started
    print(f"container_engine: made it in {taken:.0f} s", file=sys.stderr, flush=True)
