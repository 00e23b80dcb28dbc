"""An animated picture of the browser: one picture after each keyword that changed the page."""

import base64
import io
import itertools
import time
from typing import Any

from robot_cherrypy.errors import MissingExtraError
from robot_cherrypy.pages.observer import ObserverError
from robot_cherrypy.pages.observers import observer_of
from robot_cherrypy.pages.selenium import open_browsers
from robot_cherrypy.pages.waiting import wait_for_navigation

# The most pictures in a film: 60 of them are a WebP of about 1 MB in the log.
_MOST_PICTURES = 60

# The shortest time that a picture is shown, in seconds: long enough to be seen.
_SHORTEST = 0.3
# The longest time, so that long waits in the test are shortened in the film.
_LONGEST = 1.5

# How long a navigation and then the picture are waited for, in seconds. A page takes less as a
# rule; if it takes more, the film goes without this picture.
_TIMEOUT = 2.0


class Film:
    """The film of one test."""

    def __init__(self) -> None:
        self._pictures: list[tuple[float, bytes]] = []

    def add_picture(self) -> None:
        """Add a picture of the current browser if it differs from the last one."""
        if len(self._pictures) >= _MOST_PICTURES:
            return
        for driver in open_browsers()[:1]:
            picture = _take_picture(driver)
            if picture and (not self._pictures or self._pictures[-1][1] != picture):
                self._pictures.append((time.monotonic(), picture))

    def clear(self) -> None:
        """Remove all pictures, for the next test."""
        self._pictures.clear()

    def as_webp(self) -> bytes:
        """Return the film as an animated WebP at half the size; nothing if it has no picture.

        Raises:
            MissingExtraError: Pillow is not installed.
        """
        if not self._pictures:
            return b""
        try:
            from PIL import Image  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            raise MissingExtraError("Filming the browser", "film") from error
        images = []
        for _moment, picture in self._pictures:
            image = Image.open(io.BytesIO(picture)).convert("RGB")
            images.append(image.resize((image.width // 2, image.height // 2)))
        file = io.BytesIO()
        images[0].save(
            file,
            "WEBP",
            save_all=True,
            append_images=[image.resize(images[0].size) for image in images[1:]],
            duration=self._durations(),
            loop=0,
            quality=60,
            method=0,  # the fastest
        )
        return file.getvalue()

    def _durations(self) -> list[int]:
        """Return how long each picture is shown, in milliseconds."""
        moments = [moment for moment, _picture in self._pictures]
        gaps = [after - before for before, after in itertools.pairwise(moments)]
        return [int(1000 * min(max(gap, _SHORTEST), _LONGEST)) for gap in [*gaps, _LONGEST]]


def _take_picture(driver: Any) -> bytes:
    """Take a picture of the visible part; nothing if the browser does not allow it now."""
    observer = observer_of(driver)
    try:
        if "network" not in observer.offers or not wait_for_navigation(observer, _TIMEOUT):
            return b""
        return base64.b64decode(observer.picture(_TIMEOUT).data)
    except ObserverError:
        return b""
