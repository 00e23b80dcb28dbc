"""Browsers are found with a driver that fits, or it is said what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from robot_cherrypy.browser import find, finding, manager
from robot_cherrypy.browser.kinds import Kind
from robot_cherrypy.errors import BrowserError

SELENIUM_MANAGER = """#!/bin/sh
echo "$@" > {arguments}
echo '{{"logs": [], "result": {{"driver_path": "{driver}", "browser_path": "{browser}"}}}}'
"""


def kind(folder, **changes):
    """A kind of browser that may lie in this folder and nowhere else."""
    values = {
        "name": "stand-in",
        "label": "Stand-in",
        "family": "chrome",
        "binaries": (f"{folder}/*/browser",),
        "drivers": (f"{folder}/*/driver",),
    }
    return Kind(**(values | changes))


def put(folder, name, program="/bin/true"):
    """Put a real program into a folder; the one taken tells the version of the coreutils."""
    folder.mkdir(exist_ok=True)
    return Path(shutil.copy(program, folder / name))


def script(path, text):
    """Put a shell script there."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_browser_is_there():
    """This machine has a browser, since these tests need one."""
    found = find()
    assert found.binary.is_file()
    assert found.driver.is_file()
    assert found.version.split(".")[0] == finding.version(found.driver).split(".")[0]


def test_headless_shell_comes_first():
    """The small Chromium starts faster than all others, so it is preferred."""
    assert [True, True] == [find().headless_shell, find("headless shell").headless_shell]


@pytest.mark.parametrize("name", ["chromium", "Headless Chromium", "headlesschromium"])
def test_names_are_forgiving(name):
    """Case, blanks and dashes do not matter, and SeleniumLibrary's names are known."""
    assert "Chromium" == find(name).label


def test_chrome_is_content_with_chromium():
    """Whoever asks for Chrome gets something that behaves like it."""
    assert "chrome" == find("chrome").family


def test_unknown_name():
    """An unknown name is answered with those there are."""
    with pytest.raises(BrowserError) as caught:
        find("chrmium")
    assert (
        "There is no browser 'chrmium': expected auto or one of chromium-headless-shell, chrome, "
        "chromium, edge, firefox. Did you mean 'chromium' or 'chrome'?"
    ) == str(caught.value)


def test_nothing_there_and_offline(monkeypatch):
    """Without a browser and without the internet the way out is named, and soon."""
    monkeypatch.setattr(manager, "INDEX", "http://127.0.0.1:9/")
    monkeypatch.setattr(finding, "KINDS", [kind("/nowhere"), kind("/nowhere", label="Other")])
    with pytest.raises(BrowserError) as caught:
        find()
    assert (
        "There is no headless browser: looked for Stand-in or Other. Selenium Manager cannot fetch "
        "them: http://127.0.0.1:9/ is out of reach. To put them there, run: robot-cherrypy doctor "
        "--install"
    ) == str(caught.value)


def test_driver_missing(monkeypatch, tmp_path):
    """A browser without a driver is named."""
    binary = put(tmp_path / "1", "browser")
    monkeypatch.setattr(manager, "INDEX", "http://127.0.0.1:9/")
    monkeypatch.setattr(finding, "KINDS", [kind(tmp_path)])
    with pytest.raises(BrowserError, match=f"^There is no driver for {binary}. Selenium Manager"):
        find()


def test_versions_have_to_agree(tmp_path):
    """A driver of another major version is passed over."""
    put(tmp_path / "1", "browser")
    put(tmp_path / "1", "driver", os.path.realpath(sys.executable))
    assert [] == list(finding.pairs([kind(tmp_path)]))
    driver = put(tmp_path / "2", "driver")
    assert [driver] == [pair.driver for pair in finding.pairs([kind(tmp_path)])]


def test_firefox_and_geckodriver_count_differently(tmp_path):
    """The versions of Firefox and of its driver have nothing to do with each other."""
    put(tmp_path / "1", "browser")
    driver = put(tmp_path / "1", "driver", os.path.realpath(sys.executable))
    pairs = finding.pairs([kind(tmp_path, family="firefox")])
    assert [driver] == [pair.driver for pair in pairs]


def test_newest_first(tmp_path):
    """Of several versions in a place the newest is taken, and 10 is newer than 9."""
    for version in ("9.0", "10.0"):
        put(tmp_path / version, "browser")
    put(tmp_path / "1", "driver")
    pairs = finding.pairs([kind(tmp_path)])
    assert ["10.0", "9.0"] == [pair.binary.parent.name for pair in pairs]


def test_wrapper_scripts_are_passed_over(tmp_path):
    """A script may leave its browser behind, so it is no browser."""
    script(tmp_path / "browser", "#!/bin/sh\n/usr/lib/browser")
    assert [] == list(finding.programs([f"{tmp_path}/browser"]))


def test_programs_on_the_path_and_in_variables(monkeypatch, tmp_path):
    """A name is looked for on the PATH, and environment variables are expanded."""
    program = put(tmp_path / "bin", "some-browser")
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setenv("HERE", str(program))
    assert [program, program] == list(finding.programs(["some-browser", "$HERE", "$NOT_SET"]))


def test_program_that_does_not_run(tmp_path):
    """A program that is there but broken is named with its reason."""
    broken = tmp_path / "browser"
    broken.write_bytes(b"\x7fELF but not really")
    broken.chmod(0o755)
    with pytest.raises(BrowserError, match=f"^{broken} is there but does not run: .*Exec format"):
        finding.version(broken)


def test_program_without_a_version(tmp_path):
    """A program that prints no version is named with what it printed."""
    talker = script(tmp_path / "talker", "#!/bin/sh\necho of no version")
    with pytest.raises(BrowserError) as caught:
        finding.version(talker)
    assert f"{talker} does not tell its version: it printed 'of no version'." == str(caught.value)


def test_windows_browsers_keep_their_version_beside_them(tmp_path):
    """Chrome for Windows opens a window when asked for its version; a folder has it as name."""
    (tmp_path / "150.0.7871.46").mkdir()
    assert "150.0.7871.46" == finding.version(put(tmp_path, "chrome.exe"))


def test_selenium_manager_fetches_what_is_missing(monkeypatch, tmp_path):
    """Online, Selenium Manager is asked for the driver of the browser that is there."""
    binary = put(tmp_path / "1", "browser")
    arguments = tmp_path / "arguments"
    text = SELENIUM_MANAGER.format(arguments=arguments, driver="/a/driver", browser=binary)
    monkeypatch.setenv("SE_MANAGER_PATH", str(script(tmp_path / "manager", text)))
    monkeypatch.setattr(manager, "online", lambda: True)
    found = manager.obtain([kind(tmp_path)])
    assert (binary, Path("/a/driver")) == (found.binary, found.driver)
    assert arguments.read_text().startswith(
        f"--browser chrome --avoid-stats --browser-path {binary} "
    )


def test_selenium_manager_fails(monkeypatch, tmp_path):
    """What Selenium Manager says of its failure is passed on."""
    text = """#!/bin/sh\necho '{"logs": [], "result": {"message": "no such luck"}}'; exit 65"""
    monkeypatch.setenv("SE_MANAGER_PATH", str(script(tmp_path / "manager", text)))
    with pytest.raises(BrowserError, match=r"(?s)could not fetch Stand-in: .*no such luck"):
        manager.fetch(kind(tmp_path), None)


def test_online(monkeypatch, url):
    """Being online is the index of browsers answering."""
    monkeypatch.setattr(manager, "INDEX", url)
    assert manager.online()
    monkeypatch.setattr(manager, "INDEX", "http://127.0.0.1:9/")
    assert not manager.online()


def test_importing_is_cheap():
    """Neither Selenium nor Robot is imported along with this package."""
    code = (
        "import sys, robot_cherrypy.browser; "
        "print(*{'selenium', 'robot', 'requests', 'cherrypy'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "\n" == done.stdout
