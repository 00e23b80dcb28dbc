"""Takes pictures of reports: of a sample, to be looked at, and of a run, for the documentation.

It takes the folder for the pictures as its argument. A headless browser opens the block of a failed
test that has something of everything, with the colours that Robot Framework's `log.html` has, in
light and dark and in several widths; then the log of a run of a suite that is meant to fail.
"""

import base64
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from robot.api import ExecutionResult

from robot_cherrypy.browser.local import open_local
from robot_cherrypy.evidence.block import render
from robot_cherrypy.evidence.evidence import Evidence
from robot_cherrypy.evidence.folding import build_timeline
from robot_cherrypy.evidence.masking import Masker
from robot_cherrypy.evidence.run_history import Step
from robot_cherrypy.pages.network_log import Request
from robot_cherrypy.pages.view import BrowserView, ConsoleLine
from robot_cherrypy.traffic.exchange import Exchange, LogLine, RecordedError
from robot_cherrypy.traffic.handler import Handler

_WIDTHS = (390, 800, 1280, 1920)

# The colours of `log.html` of Robot Framework 7.
_THEMES = {
    "light": "--background-color: white; --text-color: black; --fail-link-color: #ce3e01",
    "dark": "--background-color: #1c2227; --text-color: #e2e1d7; --fail-link-color: #fe6b3d",
}

_REPOSITORY = Path(__file__).parents[1]
_SUITE = _REPOSITORY / "acceptance" / "_inner" / "evidence" / "both_sides.robot"

# Of the pictures for the documentation: the test of the suite, the theme, and the height at most.
_OF_RUN = {
    "evidence": ("Order Too Much", "light", 966),
    "evidence-browser": ("Look For What Is Not There", "dark", 800),
}

# Makes the paths of files such as they are in every clone of the repository.
_RELATIVE_PATHS = """
    const nodes = document.createTreeWalker(arguments[0], NodeFilter.SHOW_TEXT);
    while (nodes.nextNode()) {
        nodes.currentNode.data = nodes.currentNode.data.replaceAll(arguments[1], "");
    }"""

_TRACEBACK = """Traceback (most recent call last):
  File "/usr/lib/python3.11/site-packages/cherrypy/_cprequest.py", line 659, in respond
    self._do_respond(path_info)
  File "/usr/lib/python3.11/site-packages/cherrypy/_cpdispatch.py", line 54, in __call__
    return self.callable(*self.args, **self.kwargs)
  File "/home/ann/shop/orders.py", line 41, in buy
    self.orders.add(tea, int(quantity))
  File "/home/ann/shop/stock.py", line 17, in add
    self.session.flush()
  File "/usr/lib/python3.11/site-packages/sqlalchemy/orm/session.py", line 4352, in flush
    self._flush(objects)
sqlalchemy.exc.IntegrityError: duplicate key value violates unique constraint
[SQL: INSERT INTO orders (tea) VALUES (%(tea)s)]"""

_PAGE = "<style>body { font: 16px serif }</style><body><h1>Our teas</h1><p>Something went wrong."


def _exchange(path: str, started: float, ended: float | None, status: int | None) -> Exchange:
    exchange = Exchange("GET", path, server="shop")
    exchange.started, exchange.ended, exchange.status = started, ended, status
    exchange.raw_handler = Handler(f"shop.orders.Root.{path[1:] or 'index'}", "/home/shop.py", 40)
    exchange.raw_response_headers = [("Content-Type", "application/json")]
    return exchange


def _evidence() -> Evidence:
    index, login = _exchange("/", 0.4, 0.5, 200), _exchange("/login", 1.0, 1.1, 303)
    login.raw_response_headers = [("Location", "http://127.0.0.1:8080/")]
    buy, wait = _exchange("/buy", 2.0, 2.4, 500), _exchange("/wait", 2.5, None, None)
    refused = _exchange("/api/basket", 2.6, 2.7, 422)
    refused.raw_response_body = b'{"detail": "the quantity must not be negative"}'
    error = RecordedError(
        type="IntegrityError",
        message="duplicate key value violates unique constraint",
        traceback=_TRACEBACK,
        handler="shop.orders.Root.buy",
        exchange=buy,
        server="shop",
    )
    buy.errors = (error,)
    url = "http://127.0.0.1:8080"
    requests = [
        Request("GET", f"{url}/", 0.38, 0.5, 0.52, 200, resource_type="Document"),
        Request("GET", f"{url}/favicon.ico", 0.6, 0.61, 0.62, 404, resource_type="Other"),
        Request("GET", f"{url}/buy", 1.98, 2.4, 2.42, 500, resource_type="Document"),
        Request("GET", f"{url}/api/basket", 2.58, 2.7, 2.72, 422, resource_type="Fetch"),
    ]
    steps = [
        Step("Open Headless Browser", (), 0, 0.0, 0.35, "PASS"),
        Step("Go To Page", ("shop", "/"), 0, 0.36, 0.7, "PASS"),
        Step("Click Button", ("Buy a very long name of a tea that nobody can pay",), 0, 1.9, 2.5),
        Step("Wait Until Page Contains", ("Thank you",), 0, 2.5, 5.85, "FAIL"),
    ]
    exchanges = [index, login, buy, wait, refused]
    return Evidence(
        build_timeline(0, 5.85, steps=steps, requests=requests, exchanges=exchanges),
        server_errors=[error],
        views=[
            BrowserView(
                "browser 1",
                name="Chrome 140",
                url=f"{url}/buy",
                title="Our teas",
                size=(1280, 800),
                html=_PAGE,
                console=[ConsoleLine(3, "SEVERE", "basket.js 7:9 Uncaught TypeError: no total")],
            )
        ],
        exchanges=exchanges,
        log_lines=[LogLine("could not save the order", 40, "shop", 2.3)],
        is_failed=True,
    )


def _picture_sample(driver: Any, folder: Path) -> None:
    block = render(_evidence(), Masker())
    for theme, colours in _THEMES.items():
        page = (
            f"<!DOCTYPE html><meta charset=utf-8><style>:root {{ {colours} }} body {{"
            f" background: var(--background-color); margin: 1em }}</style>{block}"
        )
        with tempfile.NamedTemporaryFile(suffix=".html") as file:
            Path(file.name).write_text(page, "utf-8")
            for width in _WIDTHS:
                driver.set_window_size(width, 1600)
                driver.get(f"file://{file.name}")
                driver.save_screenshot(str(folder / f"report-{theme}-{width}.png"))


def _picture_run(driver: Any, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "robot", "--outputdir", output, str(_SUITE)]
        environment = {**os.environ, "PYTHONPATH": str(_REPOSITORY)}
        subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
        suite = ExecutionResult(Path(output, "output.xml")).suite
        identifiers = {test.name: test.id for test in suite.all_tests}
        driver.set_window_size(1400, 1200)
        for name, (test, theme, highest) in _OF_RUN.items():
            driver.get("about:blank")
            driver.get(f"file://{output}/log.html#{identifiers[test]}")
            picture = _picture_block(driver, identifiers[test], theme, highest)
            (folder / f"{name}.png").write_bytes(picture)


def _picture_block(driver: Any, test: str, theme: str, highest: int) -> bytes:
    """Return the picture of the block of a test in `log.html`."""
    deadline = time.monotonic() + 10
    while not (blocks := driver.find_elements("css selector", f"#{test} .rcp")):
        if time.monotonic() > deadline:
            raise TimeoutError(f"The log does not show the evidence of {test}.")
    # A picture of more than is in view has no scroll bar, and so the page would be wider in it.
    driver.execute_script("document.documentElement.style.scrollbarWidth = 'none'")
    driver.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    driver.execute_script(_RELATIVE_PATHS, blocks[0], f"{_REPOSITORY}/")
    place = blocks[0].rect
    clip = {"x": place["x"] - 6, "y": place["y"], "width": place["width"] + 12, "scale": 1}
    clip["height"] = min(place["height"], highest)
    values = {"captureBeyondViewport": True, "clip": clip}
    return base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", values)["data"])


def main(folder: Path) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    driver = open_local()
    try:
        _picture_sample(driver, folder)
        _picture_run(driver, folder)
    finally:
        driver.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
