"""What the pictures show: a run for each of them, and the part of a page that shows it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from terminal import Terminal

_HERE = Path(__file__).resolve().parent
ROOT = _HERE.parents[1]

# Some lines of an application are left, and two of them show the tests that reached them.
_LINES = """
    const lines = [...document.querySelectorAll('#source p')];
    const first = lines.findIndex(line => line.innerText.includes('def tea(')) - 1;
    const shown = lines.slice(first, first + 19);
    for (const step of ['return _page(name', 'self._write_down(tea,'])
        shown.find(line => line.innerText.includes(step)).querySelector('label.ctx').click();
    lines.filter(line => !shown.includes(line)).forEach(line => line.remove());
    document.querySelectorAll('header, #scroll_marker').forEach(element => element.remove());
    return document.getElementById('source');
"""


def evidence(browser: Any, folder: Path) -> Any:
    """Return the evidence of a page that says thank you while its order was not written down."""
    return _evidence(browser, folder, "s1-t1")


def evidence_browser(browser: Any, folder: Path) -> Any:
    """Return the evidence of a page whose script raises an error, in dark colours."""
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": dark})
    return _evidence(browser, folder, "s1-t2")


def report(browser: Any, folder: Path) -> Any:
    """Return the log of a run on both servers, down to a picture of the page."""
    options = ["--server", "both", "--name", "Acceptance", "--outputdir", str(folder)]
    _run("robot_cherrypy", "run", *options, "acceptance/echo/journey.robot")
    _narrow(browser)
    return _opened(browser, folder, "s1", "s1-s2-t1-k2", "s1-s2-t1-k4-k1")


def coverage_by_test(browser: Any, folder: Path) -> Any:
    """Return lines of an application with the tests that reached them."""
    listener = "robot_cherrypy.coverage:sample_app"
    _run("robot", "--outputdir", str(folder), "--listener", listener, str(_HERE / "covered.robot"))
    _narrow(browser)
    browser.get((folder / "coverage/index.html").as_uri())
    browser.find_element("partial link text", "faulty/__init__.py").click()
    return browser.execute_script(_LINES)


def watch(browser: Any, folder: Path) -> Any:
    """Return a terminal in which a module is saved, a test fails, and the module is mended."""
    basket, front = folder / "basket.py", folder / "acceptance/front.robot"
    with Terminal(_shop(folder), "watch", "acceptance") as terminal:

        def wait_for_run(number: int) -> None:
            terminal.wait(lambda text: text.count("Enter: all") == number)

        wait_for_run(1)
        right = basket.read_text("utf-8")
        basket.write_text(right.replace("3 + 4", "4"), "utf-8")
        wait_for_run(2)
        basket.write_text(right, "utf-8")
        wait_for_run(3)
        front.write_text(front.read_text("utf-8") + "\n", "utf-8")
        wait_for_run(4)
        return _terminal(browser, folder, terminal)


def pause(browser: Any, folder: Path) -> Any:
    """Return a terminal in which a test has failed, and somebody types."""
    lines = ["${grams}", "Get Text    css:h1", "${url} =    Get Location", "retry"]
    with Terminal(_shop(folder), "run", "--debug", "shop.robot") as terminal:

        def wait_for_prompt(number: int) -> None:
            terminal.wait(lambda text: text.count("(pause)") == number)

        for number, line in enumerate(lines, start=1):
            wait_for_prompt(number)
            terminal.press(f"{line}\r")
        wait_for_prompt(len(lines) + 1)
        terminal.press("Page Should Cont\t")
        terminal.wait(lambda text: "Page Should Contain List" in text)
        return _terminal(browser, folder, terminal)


SCENES: dict[str, Callable[[Any, Path], Any]] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (evidence, evidence_browser, report, coverage_by_test, watch, pause)
}


def _narrow(browser: Any) -> None:
    """Make the view of a browser narrow, as what it shows has no long lines."""
    view = {"width": 950, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)


def _evidence(browser: Any, folder: Path, test: str) -> Any:
    _run("robot", "--outputdir", str(folder), str(_HERE / "tea.robot"), failed=2)
    block = _opened(browser, folder, f"{test} .rcp", test)
    browser.execute_script("arguments[0].querySelector('details').open = true", block)
    return block


def _opened(browser: Any, folder: Path, element: str, *ids: str) -> Any:
    """Return an element of a log in which suites, tests and keywords are unfolded."""
    browser.get((folder / "log.html").as_uri())
    for unfolded in ids:
        browser.execute_script("makeElementVisible(arguments[0])", unfolded)
    browser.execute_script("location.hash = ''")  # else the last of them has another colour
    return browser.find_element("css selector", f"#{element}")


def _shop(folder: Path) -> Path:
    shutil.copytree(_HERE / "shop", folder, dirs_exist_ok=True)
    return folder


def _terminal(browser: Any, folder: Path, terminal: Terminal) -> Any:
    page = folder / "terminal.html"
    page.write_text(terminal.page(), "utf-8")
    browser.get(page.as_uri())
    return browser.find_element("css selector", "pre")


def _run(module: str, *arguments: str, failed: int = 0) -> None:
    """Run suites, of which so many tests are meant to fail."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode != failed:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
