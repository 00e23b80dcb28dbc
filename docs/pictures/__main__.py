"""Makes the pictures of the documentation: `python docs/pictures [--check] [NAME ...]`.

Each of them shows a real run. A file beside it has what it shows as text. With `--check`, nothing
is written: the command fails for each picture that is not what a run shows now.
"""

import argparse
import base64
import difflib
import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scenes import ROOT, SCENES

from robot_cherrypy.browser import Settings, open_local

_IMAGES = ROOT / "docs/images"
# What gives the evidence its look.
_STYLE = ROOT / "robot_cherrypy/evidence/block.css"
# Higher pictures are cut: what is below is more of the same.
_HIGHEST = 1250
# What elements show beside themselves, such as a frame, in pixels.
_MARGIN = 16
# Where this is on this machine tells readers nothing.
_WITHOUT_FOLDER = """
    const texts = document.createTreeWalker(arguments[0], NodeFilter.SHOW_TEXT);
    while (texts.nextNode())
        texts.currentNode.data = texts.currentNode.data.replaceAll(arguments[1], '');
"""
# A run on a busy machine may show less, such as no source of a page that was not sent in time.
_ATTEMPTS = 3

# For the runs: what a reader sees in seconds may take longer there.
_PATIENCE = "--listener robot_cherrypy.options:timeout=60"

# What is another in each run, and what stands for it.
_DIFFERENT = {
    r"127\.0\.0\.1:\d+": "127.0.0.1:0",
    r"\d\d:\d\d:\d\d(\.\d+)?": "00:00:00",
    r"\d{4}-?\d\d-?\d\d": "2026-01-01",
    r"\d+(\.\d+)? m?s\b": "0 s",
    r"\b\d+ headers": "0 headers",
    r"^(Chrom|Google).*": "Chromium",
    r"^[0s … ]+$": "",  # the axis of the timeline
}


def main(arguments: list[str]) -> int:
    """Make the pictures, or check them; return the exit code."""
    parser = argparse.ArgumentParser(prog="python docs/pictures", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", choices=[*SCENES, []])
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    os.environ["ROBOT_OPTIONS"] = _PATIENCE
    stale = 0
    for name in options.names or SCENES:
        if options.check:
            difference = _difference(name)
            stale += bool(difference)
            print(difference or f"{name}: shows what is", flush=True)
        else:
            _make(name)
    return 1 if stale else 0


def _make(name: str) -> None:
    with _shown(name) as element:
        picture = _photograph(element)
        text = _text(element)
    (_IMAGES / f"{name}.png").write_bytes(picture)
    _record(name).write_text(_recorded(picture, text), "utf-8")
    print(f"{name}: {len(picture) // 1000} kB", flush=True)


def _photograph(element: Any) -> bytes:
    """Return a picture of an element, also of what is not in view."""
    shown = element.rect
    clip = {
        "x": shown["x"] - _MARGIN,
        "y": shown["y"],
        "width": shown["width"] + 2 * _MARGIN,
        "height": min(shown["height"], _HIGHEST),
        "scale": 1,
    }
    options = {"clip": clip, "captureBeyondViewport": True}
    taken = element.parent.execute_cdp_cmd("Page.captureScreenshot", options)
    return base64.b64decode(taken["data"])


def _difference(name: str) -> str:
    """Return how a run differs from its picture, or nothing."""
    picture = (_IMAGES / f"{name}.png").read_bytes()
    before = _record(name).read_text("utf-8").splitlines()
    for _ in range(_ATTEMPTS):
        with _shown(name) as element:
            now = _recorded(picture, _text(element)).splitlines()
        if sorted(now) == sorted(before):  # requests of one page may come in any order
            return ""
    lines = difflib.unified_diff(before, now, f"{name}.png", "a run", lineterm="", n=1)
    return "\n".join([f"{name}.png is old: python docs/pictures {name}", *lines])


def _record(name: str) -> Path:
    return _IMAGES / f"{name}.txt"


def _recorded(picture: bytes, text: str) -> str:
    """Return what stands beside a picture."""
    look = _STYLE.read_bytes() if "Both sides" in text else b""
    return f"picture {_digest(picture)}\nstyle {_digest(look)}\n\n{text}\n"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _text(element: Any) -> str:
    """Return what an element shows, without what is another in each run."""
    text = str(element.text)
    for pattern, same in _DIFFERENT.items():
        text = re.sub(pattern, same, text, flags=re.MULTILINE)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


@contextmanager
def _shown(name: str) -> Iterator[Any]:
    """Run the scene of a picture; give the element that shows it."""
    browser = open_local("chrome", Settings(width=1380, height=900))
    try:
        with tempfile.TemporaryDirectory(prefix="picture-") as folder:
            element = SCENES[name](browser, Path(folder))
            browser.execute_script(_WITHOUT_FOLDER, element, f"{ROOT}/")
            yield element
    finally:
        browser.quit()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
