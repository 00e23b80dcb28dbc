"""Builds the documentation site: `python docs/build.py [FOLDER]`.

The site is written to FOLDER, by default `results/site`, unless it is there and made of the same
files. A warning is an error. Beside FOLDER is one file with the whole site, to read it offline.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]

# What pages are made of. The versions of Sphinx and of the theme stand in pyproject.toml.
_SOURCES = (
    "*.md",
    "pyproject.toml",
    "docs/**/*",
    "robot_cherrypy/**/*.py",
    "robot_cherrypy/tests/*/differences.toml",
    "acceptance/core/*",
    "acceptance/recipes/**/*",
    "acceptance/tutorials/**/*",
)
_STAMP = "made-of.txt"
_OFFLINE = "robot_cherrypy-docs"


def main(arguments: list[str]) -> int:
    """Build the site; return the exit code."""
    folder = Path(arguments[0] if arguments else _ROOT / "results/site").resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs of the suites may want it at the same time
        stamp = _stamp()
        if _is_built(folder, stamp):
            print(f"{folder} is up to date.")
            return 0
        return _build(folder, stamp)


def _is_built(folder: Path, stamp: str) -> bool:
    file = folder / _STAMP
    return file.is_file() and file.read_text("utf-8") == stamp


def _stamp() -> str:
    """Return a text that is another as soon as a source is."""
    content = hashlib.sha256(f"{sys.version} {os.environ.get('SITE_VERSIONS')}".encode())
    for file in _files():
        content.update(f"\n{file.relative_to(_ROOT)}\n".encode())
        content.update(file.read_bytes())
    return content.hexdigest()


def _files() -> Iterator[Path]:
    for pattern in _SOURCES:
        for file in sorted(_ROOT.glob(pattern)):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file


def _build(folder: Path, stamp: str) -> int:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".site-") as work:
        made = Path(work) / _OFFLINE
        options = ["--fail-on-warning", "--keep-going", "--quiet", "--jobs", "auto"]
        command = [sys.executable, "-m", "sphinx", *options, "--doctree-dir", f"{work}/doctrees"]
        done = subprocess.run([*command, str(_ROOT / "docs"), str(made)], check=False)  # noqa: S603
        if done.returncode:
            return done.returncode
        shutil.make_archive(str(folder.parent / _OFFLINE), "zip", work, _OFFLINE)
        (made / _STAMP).write_text(stamp, "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    print(f"The site is in {folder}, and as one file in {folder.parent / _OFFLINE}.zip.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
