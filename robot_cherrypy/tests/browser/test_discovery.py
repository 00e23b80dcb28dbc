"""Browsers are found with a driver that fits, or the error says what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from robot_cherrypy.browser import discovery, find, kinds, selenium_manager
from robot_cherrypy.browser.kinds import Kind
from robot_cherrypy.errors import BrowserError

SELENIUM_MANAGER = """#!/bin/sh
echo "$@" > {arguments}
echo '{{"logs": [], "result": {{"driver_path": "{driver}", "browser_path": "{browser}"}}}}'
"""


def kind(folder, **changes):
    """A kind of browser that can be installed in this folder only."""
    values = {
        "name": "stand-in",
        "label": "Stand-in",
        "family": "chrome",
        "binaries": (f"{folder}/*/browser",),
        "drivers": (f"{folder}/*/driver",),
    }
    return Kind(**(values | changes))


def put(folder, name, program="/bin/true"):
    """Copy a program into a folder; the default one prints the version of the coreutils."""
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(program, folder / name))


def script(path, text):
    """Write a shell script to this path."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_find():
    """A browser is found with its driver; these tests need one on the machine."""
    installed = find()
    assert installed.binary.is_file()
    assert installed.driver.is_file()
    assert discovery._major(installed.binary) == discovery._major(installed.driver)


def test_headless_shell_comes_first():
    """The headless shell is preferred, because it starts faster than all others."""
    assert [True, True] == [find().headless_shell, find("headless shell").headless_shell]


@pytest.mark.parametrize("name", ["chromium", "Headless Chromium", "headlesschromium"])
def test_names_are_forgiving(name):
    """Case, spaces and hyphens do not matter, and SeleniumLibrary's names are known."""
    assert "Chromium" == find(name).label


def test_chromium_stands_in_for_chrome():
    """For Chrome, Chromium is found where there is no Chrome."""
    assert "chrome" == find("chrome").family


def test_unknown_name():
    """The error for an unknown name has the known names."""
    with pytest.raises(BrowserError) as caught:
        find("chrmium")
    assert (
        "There is no browser 'chrmium': expected auto or one of chromium-headless-shell, chrome, "
        "chromium, edge, firefox. Did you mean 'chromium' or 'chrome'?"
    ) == str(caught.value)


def test_no_browser_and_offline(monkeypatch):
    """Without a browser and without the internet, the error says what to do."""
    monkeypatch.setattr(selenium_manager, "_INDEX", "http://127.0.0.1:9/")
    monkeypatch.setattr(kinds, "KINDS", [kind("/nowhere"), kind("/nowhere", label="Other")])
    with pytest.raises(BrowserError) as caught:
        find()
    assert (
        "There is no headless browser: looked for Stand-in or Other. Selenium Manager cannot fetch "
        "them: http://127.0.0.1:9/ is out of reach. To put them there, run: robot-cherrypy doctor "
        "--install"
    ) == str(caught.value)


def test_driver_missing(monkeypatch, tmp_path):
    """If only the driver is missing, the error has the path of the browser."""
    binary = put(tmp_path / "1", "browser")
    monkeypatch.setattr(selenium_manager, "_INDEX", "http://127.0.0.1:9/")
    monkeypatch.setattr(kinds, "KINDS", [kind(tmp_path)])
    with pytest.raises(BrowserError, match=f"^There is no driver for {binary}. Selenium Manager"):
        find()


def test_versions_have_to_agree(tmp_path):
    """A driver of another major version is not used."""
    put(tmp_path / "1", "browser")
    put(tmp_path / "1", "driver", os.path.realpath(sys.executable))
    assert [] == list(discovery.pairs([kind(tmp_path)]))
    driver = put(tmp_path / "2", "driver")
    assert [driver] == [pair.driver for pair in discovery.pairs([kind(tmp_path)])]


def test_versions_of_firefox_and_geckodriver_are_unrelated(tmp_path):
    """Firefox is found with a driver of another version."""
    put(tmp_path / "1", "browser")
    driver = put(tmp_path / "1", "driver", os.path.realpath(sys.executable))
    pairs = discovery.pairs([kind(tmp_path, family="firefox")])
    assert [driver] == [pair.driver for pair in pairs]


def test_newest_first(tmp_path):
    """Of several versions in a place, the newest comes first: 10 before 9."""
    for version in ("9.0", "10.0"):
        put(tmp_path / version, "browser")
    put(tmp_path / "1", "driver")
    pairs = discovery.pairs([kind(tmp_path)])
    assert ["10.0", "9.0"] == [pair.binary.parent.name for pair in pairs]


def test_wrapper_scripts_are_left_out(tmp_path):
    """A script is not used as a browser, because it may leave its browser behind."""
    script(tmp_path / "browser", "#!/bin/sh\n/usr/lib/browser")
    assert [] == list(discovery.programs([f"{tmp_path}/browser"]))


def test_programs_on_the_path_and_in_variables(monkeypatch, tmp_path):
    """A name is looked up on the PATH, and environment variables are expanded."""
    program = put(tmp_path / "bin", "some-browser")
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setenv("HERE", str(program))
    assert [program, program] == list(discovery.programs(["some-browser", "$HERE", "$NOT_SET"]))


def test_program_that_does_not_run(tmp_path):
    """The error for a program that does not run has its path and the reason."""
    broken = tmp_path / "browser"
    broken.write_bytes(b"\x7fELF but not really")
    broken.chmod(0o755)
    with pytest.raises(BrowserError, match=f"^{broken} is there but does not run: .*Exec format"):
        discovery.version(broken)


def test_program_without_a_version(tmp_path):
    """The error for a program that prints no version has its path and what it printed."""
    program = script(tmp_path / "program", "#!/bin/sh\necho of no version")
    with pytest.raises(BrowserError) as caught:
        discovery.version(program)
    assert f"{program} does not tell its version: it printed 'of no version'." == str(caught.value)


def test_version_of_a_windows_browser(tmp_path):
    """Chrome for Windows cannot print its version, which is the name of a folder beside it."""
    (tmp_path / "150.0.7871.46").mkdir()
    assert "150.0.7871.46" == discovery.version(put(tmp_path, "chrome.exe"))


def test_selenium_manager_downloads_what_is_missing(monkeypatch, tmp_path):
    """Online, Selenium Manager downloads the driver of the installed browser."""
    binary = put(tmp_path / "1", "browser")
    arguments = tmp_path / "arguments"
    text = SELENIUM_MANAGER.format(arguments=arguments, driver="/a/driver", browser=binary)
    monkeypatch.setenv("SE_MANAGER_PATH", str(script(tmp_path / "manager", text)))
    monkeypatch.setattr(selenium_manager, "_is_online", lambda: True)
    downloaded = selenium_manager.download([kind(tmp_path)])
    assert (binary, Path("/a/driver")) == (downloaded.binary, downloaded.driver)
    assert arguments.read_text().startswith(
        f"--browser chrome --avoid-stats --browser-path {binary} "
    )


def test_selenium_manager_fails(monkeypatch, tmp_path):
    """The error has Selenium Manager's own message."""
    text = """#!/bin/sh\necho '{"logs": [], "result": {"message": "no such luck"}}'; exit 65"""
    monkeypatch.setenv("SE_MANAGER_PATH", str(script(tmp_path / "manager", text)))
    with pytest.raises(BrowserError, match=r"(?s)could not fetch Stand-in: .*no such luck"):
        selenium_manager._download(kind(tmp_path), None)


def test_online(monkeypatch, url):
    """A machine is online if the index of browsers responds."""
    monkeypatch.setattr(selenium_manager, "_INDEX", url)
    assert selenium_manager._is_online()
    monkeypatch.setattr(selenium_manager, "_INDEX", "http://127.0.0.1:9/")
    assert not selenium_manager._is_online()


def test_importing_is_cheap():
    """Importing the room imports neither Selenium nor Robot Framework."""
    code = (
        "import sys, robot_cherrypy.browser; "
        "print(*{'selenium', 'robot', 'requests', 'cherrypy'} & {*sys.modules})"
    )
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert "\n" == output
