"""Runs tests with Pythons that are newer than those of this machine, on a bare Debian machine too.

    python -m robot_cherrypy.tests.debian_pythons 3.14 3.15 -- PYTEST_ARGUMENT ...

They come from Debian's development version, `sid`, which is installed by mmdebstrap into a
temporary folder and entered by chroot. Each Python gets the project and the tests' packages from
the package index, and writes results/pyXYZ.xml. At the end the folder is gone, and each process.

It needs Debian, root, and the packages mmdebstrap and util-linux; elsewhere it says so, and runs
nothing. On machines that have these Pythons, `tox -e py314` runs the tests.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).parents[2]

# What a folder of Debian itself has; the other folders of the machine are seen in it.
_OF_DEBIAN = {
    *("bin", "boot", "etc", "lib", "lib32", "lib64", "libx32", "lost+found"),
    *("proc", "run", "sbin", "usr", "var"),
}

# How the package index is reached.
_SETTINGS = ("etc/hosts", "etc/pip.conf", "etc/resolv.conf", "etc/ssl", "etc/xdg")

# Makes what is given visible in the folder, and runs a command there. It has mounts and processes
# of its own, which end with it.
_ENTER = """
set -e
root=$1 count=$2; shift 2
while [ $count -gt 0 ]; do
    if [ -d "/$1" ]; then mkdir -p "$root/$1"; else touch "$root/$1"; fi
    mount --rbind "/$1" "$root/$1"
    count=$((count - 1)); shift
done
exec chroot "$root" "$@"
"""


def main():
    """Run the tests with each Python of the command line; return 1 if tests failed, else 0."""
    if "--" not in sys.argv[2:]:
        sys.exit(__doc__)
    at = sys.argv.index("--")
    versions, arguments = sys.argv[1:at], sys.argv[at + 1 :]
    if reason := _why_not():
        print(f"SKIPPED: Python {', '.join(versions)}, as {reason}.", file=sys.stderr, flush=True)
        return 0
    with tempfile.TemporaryDirectory(prefix="debian-") as folder:
        _install(versions, folder)
        codes = [_test(version, folder, arguments) for version in versions]
    return int(any(codes))


def _why_not():
    """Return why it is not possible here, or None."""
    release = platform.freedesktop_os_release() if sys.platform.startswith("linux") else {}
    if release.get("ID") != "debian":
        return "this is not Debian"
    if os.geteuid() != 0:
        return "only root may make a chroot"
    missing = [name for name in ("mmdebstrap", "unshare") if not shutil.which(name)]
    return f"{' and '.join(missing)} is not installed" if missing else None


def _install(versions, folder):
    """Install Debian with these Pythons into an empty folder."""
    packages = ["ca-certificates", "procps", *(f"python{version}-venv" for version in versions)]
    listed = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Label: Debian")
    mirrors = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split()
    # A mirror may be behind the date up to which its list is valid.
    options = ("--variant=minbase", "--aptopt=Acquire::Check-Valid-Until false")
    included = f"--include={','.join(packages)}"
    command = ("mmdebstrap", "--quiet", *options, included, "sid", folder, mirrors[0])
    subprocess.run(command, check=True)


def _test(version, folder, arguments):
    """Run the tests with a Python; return the exit code of pytest, or of what failed before."""
    python = f"/venv-{version}/bin/python"
    results = _ROOT / "results" / f"py{version.replace('.', '')}.xml"
    commands = (
        (f"python{version}", "-m", "venv", f"/venv-{version}"),
        (
            *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--editable", f"{_ROOT}[all]", "--group", f"{_ROOT}/pyproject.toml:tests"),
        ),
        (
            *(python, "-m", "pytest", "--reruns", "1", "-raR", "-p", "no:cacheprovider"),
            *("--junitxml", str(results), *arguments),
        ),
    )
    print(f"debian_pythons: Python {version}", file=sys.stderr, flush=True)
    return next((code for command in commands if (code := _run_inside(folder, command))), 0)


def _run_inside(folder, command):
    """Run a command in the folder; return its exit code."""
    seen = sorted(path.name for path in Path("/").iterdir() if path.name not in _OF_DEBIAN)
    seen += [name for name in _SETTINGS if Path("/", name).exists()]
    return subprocess.run(
        [
            *("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"),
            *(f"--mount-proc={folder}/proc", "sh", "-c", _ENTER, "sh", folder, str(len(seen))),
            *(*seen, "env", f"--chdir={_ROOT}", *command),
        ],
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
