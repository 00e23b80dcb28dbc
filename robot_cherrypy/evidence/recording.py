"""A short animated recording of the browser: a frame for each keyword that changed the page."""

import base64
import io
import itertools
import time
from typing import Any

from selenium.common.exceptions import WebDriverException
from urllib3.exceptions import HTTPError

from robot_cherrypy.errors import MissingExtraError
from robot_cherrypy.evidence.browser_side import open_browsers
from robot_cherrypy.evidence.waiting import stands_still

_FRAMES = 60
_SHORTEST, _LONGEST = 0.3, 1.5
"""How long a frame is shown, in seconds, however long it lasted in the test."""

_PATIENCE = 2.0
"""How long a page that is about to be left is waited for, in seconds."""

_PICTURE = {"format": "jpeg", "quality": 60, "optimizeForSpeed": True}
_DRIVERS = frozenset({"SeleniumLibrary", "robot_cherrypy"})


class Recording:
    """The frames of one test."""

    def __init__(self) -> None:
        self._frames: list[tuple[float, bytes]] = []

    def look(self, owner: str) -> None:
        """Add a frame after a keyword that may have changed the page, if it looks different now."""
        if owner not in _DRIVERS or len(self._frames) >= _FRAMES:
            return
        for _alias, driver in open_browsers()[:1]:
            picture = _picture(driver)
            if picture and (not self._frames or self._frames[-1][1] != picture):
                self._frames.append((time.monotonic(), picture))

    def clear(self) -> None:
        """Begin anew."""
        self._frames.clear()

    def film(self) -> bytes:
        """Return the frames as an animated WebP, at half the size; nothing if there are none.

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        if not self._frames:
            return b""
        try:
            from PIL import Image  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            raise MissingExtraError("Recording the browser", "recording") from error
        pictures = []
        for _moment, picture in self._frames:
            image = Image.open(io.BytesIO(picture)).convert("RGB")
            pictures.append(image.resize((image.width // 2, image.height // 2)))
        written = io.BytesIO()
        pictures[0].save(
            written,
            "WEBP",
            save_all=True,
            append_images=[one.resize(pictures[0].size) for one in pictures[1:]],
            duration=self._durations(),
            loop=0,
            quality=60,
            method=0,
        )
        return written.getvalue()

    def _durations(self) -> list[int]:
        moments = [moment for moment, _picture in self._frames]
        gaps = [after - before for before, after in itertools.pairwise(moments)]
        return [int(1000 * min(max(gap, _SHORTEST), _LONGEST)) for gap in [*gaps, _LONGEST]]


def _picture(driver: Any) -> bytes:
    """Take what is in view; nothing while a dialog or the end of the browser prevents it."""
    if not hasattr(driver, "execute_cdp_cmd"):
        return b""
    try:
        if not stands_still(driver, _PATIENCE):
            return b""
        taken = driver.execute_cdp_cmd("Page.captureScreenshot", _PICTURE)
    except (WebDriverException, HTTPError):
        return b""
    return base64.b64decode(taken["data"])
